import { CliError } from '../errors.ts';
import { getJson, networkProblem, type GetJsonOptions } from './get-json.ts';

export interface FoundResource {
  resource: string;
  /** First authorization server, byte-exact. */
  issuer: string;
  /** What the challenge asks for, else what the metadata list, else nothing. */
  scopes: string[];
}

/**
 * From an MCP endpoint to its authorization server: knocks without a token, then reads the protected resource
 * metadata the challenge points to, or those at the well-known places (RFC 9728 §5.1, §3.1).
 * @throws CliError `verification-failed`
 */
export async function findResource(resourceUrl: string, options: GetJsonOptions = {}): Promise<FoundResource> {
  const challenge = await knock(resourceUrl, options);
  const pointer = parameterOf(challenge, 'resource_metadata');
  const { origin, pathname } = new URL(resourceUrl);
  const wellKnown = `${origin}/.well-known/oauth-protected-resource`;
  const path = pathname === '/' ? '' : pathname;
  const places = pointer !== undefined && URL.canParse(pointer) ? [pointer] : [wellKnown + path, wellKnown];
  for (const place of new Set(places)) {
    const { json } = await getJson(place, options);
    if (!json) continue;
    const servers: unknown = json['authorization_servers'];
    const issuer: unknown = Array.isArray(servers) ? servers[0] : undefined;
    if (typeof issuer !== 'string' || !URL.canParse(issuer)) continue;
    // RFC 9728 §3.3: metadata of another resource must not be used.
    if (json['resource'] !== resourceUrl) throw foreign(place, json['resource'], resourceUrl);
    const asked = parameterOf(challenge, 'scope')?.split(' ') ?? json['scopes_supported'];
    const scopes = Array.isArray(asked) ? asked.filter((scope) => typeof scope === 'string' && scope !== '') : [];
    return { resource: resourceUrl, issuer, scopes };
  }
  throw new CliError(
    'verification-failed',
    `${resourceUrl} publishes no protected resource metadata, so clients cannot find where to log in.`,
    'Protect the server with add-auth, start it, and run this again.',
  );
}

/** The challenge to a request without token; empty when the door is open. */
async function knock(url: string, options: GetJsonOptions): Promise<string> {
  try {
    const response = await (options.fetch ?? fetch)(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      signal: AbortSignal.timeout(options.timeout ?? 5000),
    });
    await response.body?.cancel();
    return response.headers.get('www-authenticate') ?? '';
  } catch (error) {
    const { detail } = networkProblem(error);
    throw new CliError(
      'verification-failed',
      `The MCP server at ${url} does not answer (${detail}).`,
      'Start the server and run this again.',
    );
  }
}

/** A quoted parameter of a `WWW-Authenticate` header (RFC 9110 §11.2). */
function parameterOf(challenge: string, name: string): string | undefined {
  const match = new RegExp(`[\\s,]${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(challenge);
  return match?.[1]?.replaceAll(/\\(.)/g, '$1');
}

const foreign = (place: string, found: unknown, resourceUrl: string): CliError =>
  new CliError(
    'verification-failed',
    `The metadata at ${place} are for ${JSON.stringify(found)}, not for ${JSON.stringify(resourceUrl)}.`,
    'Set MCP_RESOURCE_URL of the server to the URL that clients type.',
  );
