import { isLoopback } from '../oauth/loopback.ts';
import { logInAt, login, LoginError, type LoginStep } from '../oauth/login.ts';
import type { LoginEvidence } from './login-evidence.ts';

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
