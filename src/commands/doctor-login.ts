import { diagnose, type Examined } from '../doctor/diagnose.ts';
import type { GatherInput } from '../doctor/gather/index.ts';
import { isLoopback } from '../oauth/loopback.ts';
import { CliError } from '../errors.ts';
import type { Io } from './options.ts';

/** Groups whose failure stops every login: there is no use in trying one. */
const BEFORE_LOGIN = ['net', 'mcp', 'ch', 'prm', 'as', 'reg'];

/** Looks, logs in where nothing stands in the way, and looks again with the token. */
export async function loginAndExamine(input: GatherInput, io: Io): Promise<Examined> {
  // A login registers a client anyway, so what that shows may be looked at.
  const first = await diagnose({ ...input, register: true });
  const stopper = first.checks.find(({ status, group }) => status === 'fail' && BEFORE_LOGIN.includes(group));
  if (stopper) {
    io.ui.info(`No login was tried: it would stop at ${stopper.id}.`);
    return first;
  }
  const { live, as } = first.evidence;
  if (!live || !as) {
    io.ui.info('No login was tried: no server answers.');
    return first;
  }
  const { logIn } = await import('../doctor/login.ts');
  const { token, foreignToken, evidence } = await logIn({
    url: live.url,
    issuer: as.issuer,
    openBrowser: (url) => showPage(url, as.issuer, io),
  });
  for (const { what } of evidence.steps) io.ui.success(what);
  if (evidence.broken) io.ui.warn(evidence.broken.message, evidence.broken.fix);
  return diagnose({ ...input, register: true, token, foreignToken, login: evidence });
}

async function showPage(url: string, issuer: string, { mode, ui }: Io): Promise<void> {
  if (!mode.interactive) {
    const isHere = isLoopback(new URL(issuer).hostname);
    throw new CliError(
      'missing-answer',
      `A person has to log in at ${issuer}${isHere ? ', whose pages are not those of add-auth dev' : ''}.`,
      'Run it in a terminal, or give a token with --token.',
    );
  }
  const { canOpenBrowser, openBrowser } = await import('../platform/browser.ts');
  ui.info(`Log in at ${issuer}:\n  ${url}`);
  if (canOpenBrowser()) await openBrowser(url);
}
