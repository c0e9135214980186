import { CliError } from '../errors.ts';
import { isAttended } from '../mode.ts';
import type { KnownClient } from '../oauth/client.ts';
import { logInAt, type Login, type LoginTarget } from '../oauth/login.ts';
import { canOpenBrowser, openBrowser } from '../platform/browser.ts';
import { quoteArgument } from '../ui/next.ts';
import type { Ui } from '../ui/index.ts';
import type { TokenOptions } from './options.ts';
import type { TokenSettings } from './token-settings.ts';

/** With `--device` the caller has said that somebody reads along; in CI nobody does. */
export function isPersonThere({ device }: Pick<TokenOptions, 'device'>): boolean {
  return isAttended() || (device && !process.env['CI']);
}

/**
 * A login that nobody can finish must not be started: it would wait for minutes.
 * @throws CliError `missing-answer`
 */
export function requirePerson(options: Pick<TokenOptions, 'device'>, { provider, issuer }: TokenSettings): void {
  if (isPersonThere(options)) return;
  throw new CliError(
    'missing-answer',
    `A token of ${issuer} needs somebody who logs in with a browser, and this run has no terminal.`,
    provider === 'auth0'
      ? 'Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of a test client in .env, or run it in a terminal.'
      : 'Give a client that may use client credentials, --client-id ID with ADD_AUTH_CLIENT_SECRET set, or run it in a terminal.',
  );
}

/**
 * Has a person log in: in the browser of this machine, or with a code on another device. All of it is said on stderr.
 * @throws CliError as `logInAt`, and `interrupted` after Ctrl-C, when what was registered is taken back
 */
export async function logInPerson(
  target: LoginTarget,
  options: TokenOptions,
  client: KnownClient | undefined,
  ui: Ui,
): Promise<Login> {
  return abortable((signal) =>
    logInAt(target, {
      signal,
      ...(client && { client }),
      ...(options.port !== undefined && { port: options.port }),
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
