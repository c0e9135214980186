import { CliError, type ErrorCode } from '../errors.ts';
import type { Attempt, FetchProblem } from './get-json.ts';
import { issuerOfMetadataUrl } from './well-known.ts';

export type DiscoveryProblem = FetchProblem | 'not-found' | 'issuer-missing' | 'issuer-mismatch';

/** Why an issuer's metadata could not be had. `attempts` is the evidence, `problem` the diagnosis. */
export class DiscoveryError extends CliError {
  readonly problem: DiscoveryProblem;
  readonly attempts: Attempt[];

  constructor(code: ErrorCode, message: string, fix: string, problem: DiscoveryProblem, attempts: Attempt[]) {
    super(code, message, fix);
    this.problem = problem;
    this.attempts = attempts;
  }
}

/** A diagnosis in words: problem, one sentence for it, and a fix. */
type Words = [problem: DiscoveryProblem, message: string, fix: string];

/** Turns the last attempt, which decided, into one sentence and a fix. */
export function explain(issuer: string, attempts: Attempt[]): DiscoveryError {
  const last = attempts.at(-1)!;
  const unusable = answered(issuer, last, attempts);
  const [problem, message, fix] = unusable ?? unanswered(issuer, last);
  const code = unusable ? 'issuer-unusable' : 'issuer-unreachable';
  return new DiscoveryError(code, message, fix, problem, attempts);
}

/** Nothing came back. */
function unanswered(issuer: string, { problem, detail }: Attempt): Words {
  const { host, port } = new URL(issuer);
  switch (problem) {
    case 'dns':
      return [
        'dns',
        `The host of ${issuer} has no address (${detail}).`,
        'Check the spelling of --issuer and that this machine is online.',
      ];
    case 'refused':
      return [
        'refused',
        `Nothing listens at ${host} (connection refused).`,
        `Start the authorization server${port ? ` on port ${port}` : ''}, or correct --issuer.`,
      ];
    case 'tls':
      return [
        'tls',
        `The TLS certificate of ${host} is not accepted (${detail}).`,
        'Renew or complete its certificate chain; for a private CA set NODE_EXTRA_CA_CERTS to its certificate.',
      ];
    case 'timeout':
      return [
        'timeout',
        `${host} did not answer in time.`,
        'Check that this machine may reach it (proxy, VPN, firewall) and run again.',
      ];
    default:
      return [
        'network',
        `${host} could not be reached (${detail ?? 'network error'}).`,
        'Check the network and run again.',
      ];
  }
}

const WHICH_ISSUER =
  'Check --issuer: it is the "iss" of the tokens, often with a path such as /realms/NAME or /oauth2/default.';

/** What came back, or would come back over plain http, cannot be used. @returns undefined when nothing came back */
function answered(issuer: string, last: Attempt, attempts: Attempt[]): Words | undefined {
  switch (last.problem) {
    case 'insecure':
      return [
        'insecure',
        `${issuer} is plain http on a public host, where keys could be exchanged on the way.`,
        `Use --issuer ${issuer.replace('http:', 'https:')}`,
      ];
    case 'redirect':
      return [
        'redirect',
        `${last.url} redirects${last.location ? ` to ${last.location}` : ''}; metadata must be served where it is asked for.`,
        redirectFix(issuer, last),
      ];
    case 'html':
      return ['html', `${last.url} answers with a web page instead of metadata.`, WHICH_ISSUER];
    case 'invalid-json':
      return [
        'invalid-json',
        `${last.url} does not answer with JSON metadata (${last.detail}).`,
        'Check --issuer, or repair the metadata of that server (RFC 8414 §3.2).',
      ];
    case 'status':
      return last.status! >= 500
        ? [
            'status',
            `${last.url} answers ${last.status}.`,
            'Look into the log of the authorization server; clients give up at such an answer too.',
          ]
        : ['not-found', `${issuer} publishes no metadata: ${listAnswers(attempts)}.`, WHICH_ISSUER];
    default:
      return undefined;
  }
}

/** The mismatch with both values, so that a slash or a letter of another case is seen. */
export function issuerMismatch(asked: string, found: string, url: string, attempts: Attempt[]): DiscoveryError {
  const slash = asked === `${found}/` || found === `${asked}/`;
  const message =
    `The metadata at ${url} belongs to issuer ${JSON.stringify(found)}, not to ${JSON.stringify(asked)}` +
    (slash ? ': only the slash at the end differs, and it counts.' : '.');
  const fix = URL.canParse(found)
    ? `If that is the server you mean, use --issuer ${/^[!-~]+$/.test(found) ? found : JSON.stringify(found)}`
    : 'Repair the "issuer" of that metadata: it must be the URL it was looked up for (RFC 8414 §3.3).';
  return new DiscoveryError('issuer-unusable', message, fix, 'issuer-mismatch', attempts);
}

function redirectFix(issuer: string, attempt: Attempt): string {
  const target =
    attempt.location !== undefined && URL.canParse(attempt.location) ? new URL(attempt.location) : undefined;
  const better = target && issuerOfMetadataUrl(target);
  if (better !== undefined && better !== issuer) return `If that is the server you mean, use --issuer ${better}`;
  return 'Use the issuer that the server itself publishes, or serve the metadata without a redirect (RFC 8414 §3.2: 200 OK).';
}

const listAnswers = (attempts: Attempt[]): string =>
  attempts.map(({ url, status }) => `${new URL(url).pathname} answers ${status}`).join(', ');
