import { bearerChallenge } from '../challenge.ts';
import type { McpEvidence, PrmEvidence } from '../evidence.ts';
import { preflightOf } from './mcp-probes.ts';
import type { Exchange, Http } from './http.ts';

const NAME = '/.well-known/oauth-protected-resource';

/** The places of the metadata of a resource: path inserted (RFC 9728 §3.1), then the root. */
export function metadataPlaces(resource: string): { path: string; root: string; appended: string } {
  const { origin, pathname, search } = new URL(resource);
  const path = pathname === '/' ? '' : pathname;
  return { path: origin + NAME + path + search, root: origin + NAME, appended: `${origin}${path}${NAME}` };
}

/** Fetches the well-known places; needs no answer of the endpoint. */
export async function gatherWellKnown(http: Http, url: string): Promise<PrmEvidence> {
  const places = metadataPlaces(url);
  const get = (place: string): Promise<Exchange> => http.request(place, { headers: { accept: 'application/json' } });
  const isSame = places.path === places.root;
  const [path, root, preflight] = await Promise.all([
    get(places.path),
    isSame ? undefined : get(places.root),
    preflightOf(http, places.path, 'GET', 'mcp-protocol-version'),
  ]);
  return { path, root: root ?? path, preflight };
}

/** What the challenge points to, and, where nothing was found, the places where people put it by mistake. */
export async function followChallenge(
  http: Http,
  url: string,
  mcp: McpEvidence,
  known: PrmEvidence,
): Promise<PrmEvidence> {
  const headerUrl = challengeOf(mcp)?.parameters['resource_metadata']?.value;
  const places = metadataPlaces(url);
  const prm: PrmEvidence = { ...known, ...(headerUrl !== undefined && { headerUrl }) };
  const isElsewhere = headerUrl !== undefined && headerUrl !== places.path && headerUrl !== places.root;
  const isMissing = known.path?.status !== 200 && known.root?.status !== 200;
  const [header, appended, fallback] = await Promise.all([
    isElsewhere && URL.canParse(headerUrl) ? http.request(headerUrl) : undefined,
    isMissing ? http.request(places.appended) : undefined,
    isMissing ? http.request(`${new URL(url).origin}/.well-known/oauth-authorization-server`) : undefined,
  ]);
  return { ...prm, ...(header && { header }), ...(appended && { appended }), ...(fallback && { fallback }) };
}

/** The answer that asks for a token: to `initialize`, else to what is behind the gate of a partly open server. */
export function refusalOf({ initialize, list, call }: McpEvidence): Exchange | undefined {
  return [initialize, list, call].find((exchange) => exchange?.status === 401);
}

export const challengeOf = (mcp: McpEvidence): ReturnType<typeof bearerChallenge> =>
  bearerChallenge(refusalOf(mcp)?.headers['www-authenticate']);
