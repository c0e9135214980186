import { CliError } from '../errors.ts';
import { logInAt, type Login } from '../oauth/login.ts';
import { canOpenBrowser, isRemote, openBrowser } from '../platform/browser.ts';
import { quoteArgument } from '../quote-argument.ts';
import type { Ui } from '../ui/index.ts';
import type { TokenOptions } from './options.ts';
import type { TokenWay } from './token-way.ts';

/**
 * Has a person log in: in the browser of this machine, or with a code on another device. All of it is said on stderr.
 * @throws CliError as `logInAt`, and `interrupted` after Ctrl-C, when what was registered is taken back
 */
export async function logInPerson(
  { target, client, port }: Extract<TokenWay, { by: 'person' }>,
  options: TokenOptions,
  ui: Ui,
): Promise<Login> {
  return abortable((signal) =>
    logInAt(target, {
      signal,
      ...(client && { client }),
      ...(port !== undefined && { port }),
      openBrowser: (url) => showLogin(url, target.issuer, ui),
      ...((options.device || !canOpenBrowser()) && {
        device: {
          when: options.device ? 'always' : 'if-offered',
          showCode({ url, completeUrl, code, expiresIn }) {
            ui.info(`Log in at ${url} on any device, and enter the code ${code}`);
            if (completeUrl !== undefined) ui.info(`or open ${completeUrl}`);
            ui.info(`Waiting for you, ${Math.ceil(expiresIn / 60)} min at most; Ctrl-C stops.`);
          },
        },
      }),
      onClientStays({ id, port }) {
        const again = `add-auth token --client-id ${quoteArgument(id)}${port === undefined ? '' : ` --port ${port}`}`;
        ui.info(`Client ${id}, registered for this login, stays at ${target.issuer}. To use it again: ${again}`);
      },
    }),
  );
}

async function showLogin(url: string, issuer: string, ui: Ui): Promise<void> {
  const opens = canOpenBrowser();
  ui.info(
    opens ? `Log in at ${issuer} in the browser that opens; if none does:` : 'Open in a browser on this machine:',
  );
  ui.info(`  ${url}`);
  if (opens && !(await openBrowser(url))) ui.warn('No browser could be started.', 'Open the address above yourself.');
  const redirect = new URL(url).searchParams.get('redirect_uri');
  if (opens || !isRemote() || redirect === null) return;
  const { port } = new URL(redirect);
  ui.info(`From another machine it works through a tunnel: ssh -L ${port}:127.0.0.1:${port} THIS-HOST`);
}

/** The first signal ends the login, which takes back what it registered; the second one ends the process. */
async function abortable<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void =>
    controller.abort(new CliError('interrupted', 'Interrupted.', 'Run the same command again when you are ready.'));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.once(name, abort);
  try {
    return await action(controller.signal);
  } finally {
    for (const name of signals) process.off(name, abort);
  }
}
