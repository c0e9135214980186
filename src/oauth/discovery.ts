import type { AuthorizationServer } from 'oauth4webapi';
import { DiscoveryError, explain, issuerMismatch } from './discovery-error.ts';
import { getJson, type Attempt, type GetJsonOptions } from './get-json.ts';
import { isLoopback } from './loopback.ts';
import { metadataUrls } from './well-known.ts';

export { DiscoveryError } from './discovery-error.ts';
export { metadataUrls } from './well-known.ts';

export interface Discovery {
  /** Byte-exact, as the metadata has it; the same as what was asked for. */
  issuer: string;
  metadata: AuthorizationServer;
  /** Where the metadata was found. */
  url: string;
  /** Every request made, the successful one last. */
  attempts: Attempt[];
}

/**
 * Reads the metadata of an authorization server the way MCP clients do: the next URL is tried only after a 4xx, the
 * first other answer decides. (oauth4webapi's discovery knows two of the three URLs and drops what the others
 * answered; here every answer is evidence.)
 * @param issuer issuer URL, byte-exact
 * @param options `timeout` in milliseconds for each request (5000 by default)
 * @throws DiscoveryError (a CliError, `issuer-unreachable` or `issuer-unusable`) with all attempts
 */
export async function discover(issuer: string, options: GetJsonOptions = {}): Promise<Discovery> {
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:' && !isLoopback(hostname)) {
    throw explain(issuer, [{ url: issuer, problem: 'insecure' }]);
  }
  const attempts: Attempt[] = [];
  for (const url of metadataUrls(issuer)) {
    const { attempt, json } = await getJson(url, options);
    attempts.push(attempt);
    if (json) return accept(issuer, url, json, attempts);
    const elsewhere = attempt.problem === 'status' && attempt.status! >= 400 && attempt.status! < 500;
    if (!elsewhere) throw explain(issuer, attempts);
  }
  throw explain(issuer, attempts);
}

/** RFC 8414 §3.3: the `issuer` of the document MUST be identical to the one it was looked up for. */
function accept(issuer: string, url: string, json: Record<string, unknown>, attempts: Attempt[]): Discovery {
  const found = json['issuer'];
  if (typeof found !== 'string') {
    throw new DiscoveryError(
      'issuer-unusable',
      `The document at ${url} has no "issuer", so it is no metadata of an authorization server.`,
      'Check --issuer: it is the "iss" of the tokens, and its metadata must name it (RFC 8414 §2).',
      'issuer-missing',
      attempts,
    );
  }
  if (found !== issuer) throw issuerMismatch(issuer, found, url, attempts);
  return { issuer: found, metadata: json as AuthorizationServer, url, attempts };
}
