import { CliError } from '../../errors.ts';
import { ASYMMETRIC } from '../../oauth/algorithms.ts';
import type { Discovery } from '../../oauth/discovery.ts';
import { getJson, type Attempt } from '../../oauth/get-json.ts';
import { isLoopback } from '../../oauth/loopback.ts';

/**
 * Fetches the key set once, because a server that cannot verify tokens should not be written at all.
 * @throws CliError `issuer-unusable` or `issuer-unreachable`
 */
export async function requireUsableKeys({ issuer, metadata }: Pick<Discovery, 'issuer' | 'metadata'>): Promise<void> {
  const uri = metadata.jwks_uri;
  if (typeof uri !== 'string' || !URL.canParse(uri)) {
    throw new CliError(
      'issuer-unusable',
      `${issuer} publishes no jwks_uri, so its tokens cannot be verified.`,
      'Let it sign access tokens as JWTs with an asymmetric key and publish the keys (RFC 8414 §2).',
    );
  }
  const { protocol, hostname } = new URL(uri);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
    throw new CliError(
      'issuer-unusable',
      `The keys of ${issuer} are at ${uri}, which is not https.`,
      'Serve the key set over https.',
    );
  }
  const { attempt, json } = await getJson(uri);
  if (!json) throw unavailable(attempt);
  const keys: unknown = json['keys'];
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new CliError(
      'issuer-unusable',
      `The key set at ${uri} is empty.`,
      'Switch the authorization server to an asymmetric signing key (RS256 or ES256); secrets are never published.',
    );
  }
  if (!keys.some(isUsable)) {
    throw new CliError(
      'issuer-unusable',
      `None of the keys at ${uri} can verify a token: ${keys.map(describe).join(', ')}.`,
      'Add an asymmetric signing key (RS256 or ES256, "use": "sig") to the authorization server.',
    );
  }
}

type Jwk = Record<string, unknown>;

/** RFC 7517 §4.2-4.4: what a key may be used for, where it says so. */
function isUsable(key: unknown): boolean {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, use, alg, key_ops: operations } = key as Jwk;
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return false;
  if (use !== undefined && use !== 'sig') return false;
  if (Array.isArray(operations) && !operations.includes('verify')) return false;
  return alg === undefined || ASYMMETRIC.includes(String(alg));
}

function describe(key: unknown): string {
  if (typeof key !== 'object' || key === null) return 'not a key';
  const { kty, use, alg } = key as Jwk;
  return [kty, alg, use === undefined ? undefined : `use ${use}`].filter((part) => part !== undefined).join(' ');
}

const ANSWERED = new Set(['status', 'html', 'invalid-json', 'redirect']);

function unavailable({ url, problem, status, location, detail }: Attempt): CliError {
  const what =
    problem === 'redirect'
      ? `redirects${location === undefined ? '' : ` to ${location}`}`
      : problem === 'html'
        ? 'answers with a web page'
        : problem === 'status'
          ? `answers ${status}`
          : problem === 'invalid-json'
            ? `does not answer with JSON (${detail})`
            : `cannot be reached (${detail ?? problem})`;
  return new CliError(
    ANSWERED.has(problem ?? '') ? 'issuer-unusable' : 'issuer-unreachable',
    `The key set at ${url} ${what}, so tokens cannot be verified.`,
    'Repair jwks_uri of the authorization server; add-auth --no-provision skips this check.',
  );
}
