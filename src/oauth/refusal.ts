import * as oauth from 'oauth4webapi';
import { CliError } from '../errors.ts';
import { isRecord } from '../is-record.ts';
import { networkProblem } from './get-json.ts';

/** What was asked for when the answer came: the advice depends on it. */
export interface RefusalContext {
  issuer: string;
  resource?: string | undefined;
  scopes?: string[] | undefined;
  clientId?: string | undefined;
  /** `grant_type` of the flow under way. */
  grant?: string | undefined;
  /** Never to be shown, even if the server repeats them. */
  secrets?: string[] | undefined;
}

/** An error answer of the authorization server (RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2, RFC 8628 §3.5). */
interface Answer {
  error: string;
  status?: number | undefined;
  description?: string | undefined;
}

const MAX_DESCRIPTION = 300;

/**
 * Turns whatever a step of an OAuth flow threw into one sentence and a fix: `provider-refused` when the server said
 * no, `issuer-unreachable` when it said nothing, `verification-failed` when what it said cannot be used.
 */
export async function refusalOf(error: unknown, context: RefusalContext): Promise<CliError> {
  if (error instanceof CliError) return error;
  const answer = await answerOf(error);
  if (answer) return refused(answer, context, error);
  const status = statusOf(error);
  if (status !== undefined) return unexpectedStatus(status, context, error);
  if (isFetchFailure(error)) {
    const { detail } = networkProblem(error);
    return new CliError(
      'issuer-unreachable',
      `${context.issuer} did not answer (${detail}).`,
      'Check that this machine reaches it and run again.',
      { cause: error },
    );
  }
  return new CliError(
    'verification-failed',
    `The answer of ${context.issuer} cannot be used: ${clean((error as Error).message, context)}.`,
    'Look at what the authorization server publishes and answers: the message names what is wrong with it.',
    { cause: error },
  );
}

/** The OAuth error that an exception of oauth4webapi carries, wherever the server put it. */
async function answerOf(error: unknown): Promise<Answer | undefined> {
  if (error instanceof oauth.AuthorizationResponseError) {
    return { error: error.error, description: error.error_description };
  }
  if (error instanceof oauth.ResponseBodyError) {
    const answer = fromBody(error.cause);
    return answer && { ...answer, status: error.status };
  }
  // A 401 names its scheme in a header (RFC 6749 §5.2); the reason is in the body as ever.
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const answer = fromBody(await error.response.json().catch(() => undefined)) ?? fromChallenge(error);
    return answer && { ...answer, status: error.status };
  }
  const cause = isRecord(error) ? error['cause'] : undefined;
  if (cause instanceof Response)
    return cause.bodyUsed ? undefined : fromBody(await cause.json().catch(() => undefined));
  // Some answer errors with status 200.
  return isRecord(cause) ? fromBody(cause['body']) : undefined;
}

/** RFC 6749 §5.2, or what vendors answer instead (Supabase: `error_code` and `msg`; Auth0: `message`). */
function fromBody(body: unknown): Answer | undefined {
  if (!isRecord(body)) return undefined;
  const text = (...names: string[]): string | undefined =>
    names.map((name) => body[name]).find((value): value is string => typeof value === 'string' && value !== '');
  const error = text('error', 'error_code', 'code');
  return error === undefined ? undefined : { error, description: text('error_description', 'message', 'msg') };
}

function fromChallenge(error: oauth.WWWAuthenticateChallengeError): Answer | undefined {
  const parameters = error.cause.map((challenge) => challenge.parameters).find((each) => each.error !== undefined);
  return parameters && { error: parameters.error!, description: parameters.error_description };
}

function refused({ error, description, status }: Answer, context: RefusalContext, cause: unknown): CliError {
  const words = description === undefined ? '' : `: ${clean(description, context).replace(/[.\s]+$/, '')}`;
  const message = `${context.issuer} answered ${clean(error, context)}${words}.`;
  // Auth0 calls a wrong secret access_denied; the status tells (RFC 6749 §5.2).
  const meant = error === 'access_denied' && status === 401 ? 'invalid_client' : error;
  return new CliError('provider-refused', message, fixFor(meant, context), { cause });
}

function fixFor(error: string, { resource, scopes = [], clientId, grant, issuer }: RefusalContext): string {
  const client = clientId === undefined ? 'the client' : `client ${clientId}`;
  switch (error) {
    case 'invalid_target':
      return `Define ${resource ?? 'the resource'} as an API (resource) at the authorization server, spelled exactly like this.`;
    case 'invalid_scope':
      return scopes.length === 0
        ? 'Name a scope that exists there: --scope NAME'
        : `Define ${scopes.join(' ')} at the authorization server, or ask for those that exist there: --scope NAME`;
    case 'access_denied':
      return grant === 'client_credentials'
        ? `Grant ${client} access to the API ${resource ?? ''} and its scopes at the authorization server.`
        : 'Run it again and allow the access.';
    case 'unauthorized_client':
    case 'unsupported_grant_type':
    case 'unsupported_response_type':
      return `Allow the grant ${grant ?? 'authorization_code'} for ${client} at the authorization server.`;
    case 'invalid_client':
      return grant === 'client_credentials'
        ? `Check the id and the secret of ${client}, and that it may send its secret in this way.`
        : `Check that ${client} exists at ${issuer}, and whether it needs a secret (ADD_AUTH_CLIENT_SECRET).`;
    case 'invalid_grant':
      return 'The login took too long or was used already: run it again.';
    case 'expired_token':
      return 'Run it again and enter the code before it runs out.';
    case 'login_required':
    case 'consent_required':
    case 'interaction_required':
      return 'Run it again and finish the login in the browser.';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'Look into the log of the authorization server, or try again later.';
    default:
      return 'Correct what it names and run it again.';
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof oauth.WWWAuthenticateChallengeError) return error.status;
  const cause = isRecord(error) ? error['cause'] : undefined;
  // With a 2xx it is the content that is wrong, and the message says how.
  return cause instanceof Response && !cause.ok ? cause.status : undefined;
}

function unexpectedStatus(status: number, { issuer }: RefusalContext, cause: unknown): CliError {
  const [code, fix] =
    status === 429
      ? (['provider-refused', 'It has had enough requests for now: wait a minute and run it again.'] as const)
      : status >= 500
        ? (['verification-failed', 'Look into the log of the authorization server, or try again later.'] as const)
        : (['provider-refused', 'Look into the log of the authorization server: it gave no reason.'] as const);
  return new CliError(code, `${issuer} answered with status ${status} and no OAuth error.`, fix, { cause });
}

function isFetchFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isTimeout = error.name === 'TimeoutError' || error.name === 'AbortError';
  return isTimeout || (error instanceof TypeError && error.cause !== undefined && !('code' in error));
}

/** Servers send what they like: no control characters for the terminal, no novels, no secrets. */
function clean(text: string, { secrets = [] }: RefusalContext): string {
  let shown = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '***');
  return shown.length > MAX_DESCRIPTION ? `${shown.slice(0, MAX_DESCRIPTION)}…` : shown;
}
