import { createHash, randomBytes } from 'node:crypto';
import { isRecord } from '../../is-record.ts';
import { strings, text } from '../metadata.ts';
import type { Exchange, Http } from './http.ts';
import type { AuthorizeAnswer, AuthorizeEvidence, RegistrationInput } from './registration.ts';

type Input = RegistrationInput & { clientId: string; redirectUri: string };

/** Enough for a login page behind two redirects. */
const MAX_HOPS = 4;

/** Asks the authorization endpoint as a client would, and in variants that tell two causes apart. Nobody logs in. */
export async function gatherAuthorize(http: Http, input: Input): Promise<AuthorizeEvidence | undefined> {
  const endpoint = text(input.metadata, 'authorization_endpoint');
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  const { resource, scopes } = input;
  const scope = scopes.join(' ');
  const ask = (redirectUri: string, parameters: Record<string, string>): Promise<AuthorizeAnswer> =>
    walk(http, requestUrl(endpoint, input.clientId, redirectUri, parameters), redirectUri);
  const offersOffline = strings(input.metadata['scopes_supported']).includes('offline_access');
  const otherPort = new URL(input.redirectUri);
  otherPort.port = '33499';
  const full = { resource, ...(scope && { scope }) };
  const [asked, moved, withoutResource, withoutScope, everything, silent, offline] = await Promise.all([
    ask(input.redirectUri, full),
    ask(otherPort.href, full),
    ask(input.redirectUri, scope ? { scope } : {}),
    ask(input.redirectUri, { resource }),
    ask(input.redirectUri, { resource, scope: input.allScopes.join(' ') }),
    ask(input.redirectUri, { ...full, prompt: 'none' }),
    offersOffline ? ask(input.redirectUri, { resource, scope: [...scopes, 'offline_access'].join(' ') }) : undefined,
  ]);
  return {
    full: asked,
    otherPort: moved,
    withoutResource,
    withoutScope,
    everything,
    silent,
    ...(offline && { offline }),
  };
}

function requestUrl(
  endpoint: string,
  clientId: string,
  redirectUri: string,
  parameters: Record<string, string>,
): string {
  const url = new URL(endpoint);
  const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
  const all = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'add-auth-doctor',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  return url.href;
}

/** Follows the redirects of the authorization server up to a page, or back to the client. */
async function walk(http: Http, start: string, redirectUri: string): Promise<AuthorizeAnswer> {
  const jar = new Map<string, string>();
  const { origin } = new URL(start);
  let exchange = await http.request(start, { headers: { accept: 'text/html' }, jar });
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const location = exchange.location ?? redirectForFetch(exchange);
    if (location === undefined || exchange.status === undefined) break;
    if (location.startsWith(redirectUri)) return { kind: 'back', back: parametersOf(location), exchange };
    if (!URL.canParse(location, origin) || new URL(location, origin).origin !== origin)
      return { kind: 'elsewhere', back: {}, exchange };
    exchange = await http.request(new URL(location, exchange.url).href, { headers: { accept: 'text/html' }, jar });
  }
  return { kind: kindOf(exchange), back: {}, exchange };
}

/** Better Auth knows from `Sec-Fetch-Mode`, which fetch() always sends, that no browser asks, and says it in JSON. */
function redirectForFetch({ json, status }: Exchange): string | undefined {
  if (status !== 200 || !isRecord(json) || json['redirect'] !== true) return undefined;
  return typeof json['url'] === 'string' ? json['url'] : undefined;
}

function kindOf({ status }: Exchange): AuthorizeAnswer['kind'] {
  if (status === undefined) return 'none';
  return status >= 400 ? 'error' : 'page';
}

function parametersOf(location: string): Record<string, string> {
  const found = new URL(location).searchParams;
  return Object.fromEntries([...found].map(([name, value]) => [name, name === 'code' ? '***' : value]));
}
