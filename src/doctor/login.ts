import { isLoopback } from '../oauth/loopback.ts';
import { logInAt, login, LoginError, type LoginStep } from '../oauth/login.ts';
import type { CheckId } from './ids.ts';
import { fail, type Finding } from './types.ts';

/** How a login went, without what it brought. */
export interface LoginEvidence {
  steps: { step: LoginStep; what: string; evidence: Record<string, unknown> }[];
  /** The step that broke. */
  broken?: { step: LoginStep; message: string; fix: string };
  hasRefreshToken: boolean;
}

export interface LoginInput {
  url: string;
  issuer: string;
  /** Shows the page to a person; undefined when nobody is there. */
  openBrowser: ((url: string) => Promise<void> | void) | undefined;
}

/**
 * Goes through the whole flow as a client would. At an authorization server on this machine nobody is needed when its
 * pages are those of `add-auth dev`.
 * @throws whatever is not the failure of a step
 */
export async function logIn(
  input: LoginInput,
): Promise<{ token?: string; foreignToken?: string | undefined; evidence: LoginEvidence }> {
  const evidence: LoginEvidence = { steps: [], hasRefreshToken: false };
  const names = new Map<LoginStep, string>();
  try {
    const { accessToken, refreshToken, scopes } = await login({
      resourceUrl: input.url,
      clientName: 'add-auth doctor (safe to delete)',
      onStep: (step, what) => void names.set(step, what),
      onStepDone: (step, found) => void evidence.steps.push({ step, what: names.get(step) ?? step, evidence: found }),
      openBrowser: (url) => open(url, input),
    });
    evidence.hasRefreshToken = refreshToken !== undefined;
    return { token: accessToken, foreignToken: await tokenForAnother(input.issuer, scopes), evidence };
  } catch (error) {
    if (!(error instanceof LoginError)) throw error;
    evidence.broken = { step: error.step, message: error.message, fix: error.fix };
    return { evidence };
  }
}

/** A server that nobody has. */
const ANOTHER = 'https://add-auth-doctor.invalid/mcp';

/**
 * A token for another server, to see whether this one takes it: only where nobody has to log in again for it.
 * @returns undefined where the authorization server knows its resources and refuses, as it should
 */
async function tokenForAnother(issuer: string, scopes: string[]): Promise<string | undefined> {
  if (!isLoopback(new URL(issuer).hostname)) return undefined;
  const { submitLocalPages } = await import('./local-pages.ts');
  try {
    const { accessToken } = await logInAt(
      { issuer, resource: ANOTHER, scopes },
      {
        clientName: 'add-auth doctor (safe to delete)',
        timeout: 3000,
        openBrowser: async (url) => {
          if (!(await submitLocalPages(url))) throw new Error('a person would have to log in');
        },
      },
    );
    return accessToken;
  } catch {
    return undefined;
  }
}

async function open(url: string, { issuer, openBrowser }: LoginInput): Promise<void> {
  if (isLoopback(new URL(issuer).hostname)) {
    const { submitLocalPages } = await import('./local-pages.ts');
    if (await submitLocalPages(url)) return;
  }
  await openBrowser?.(url);
}

/** Where a broken login belongs among the checks. */
const CHECK_OF: Record<LoginStep, CheckId> = {
  resource: 'prm.schema',
  discovery: 'as.schema',
  registration: 'reg.dcr',
  authorization: 'authz.client',
  token: 'tokep.errors',
};

/** The finding of a check at whose step the login broke. */
export function brokenLogin(id: CheckId, evidence: LoginEvidence | undefined): Finding | undefined {
  const broken = evidence?.broken;
  if (!broken || CHECK_OF[broken.step] !== id) return undefined;
  const done = evidence.steps.map(({ what }) => what);
  return fail(broken.message, { evidence: { 'worked before': done, step: broken.step }, fix: broken.fix });
}
