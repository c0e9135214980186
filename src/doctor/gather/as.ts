import type { AsEvidence } from '../evidence.ts';
import { metadataUrls } from '../../oauth/well-known.ts';
import { asDocument, text } from '../metadata.ts';
import type { Exchange, Http } from './http.ts';
import { PAGE_ORIGIN, preflightOf } from './mcp-probes.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
/** Neither the code nor the client exists: nothing can come of it. */
const NEGATIVE = {
  grant_type: 'authorization_code',
  code: 'add-auth-doctor',
  redirect_uri: 'http://127.0.0.1:33418/callback',
  code_verifier: 'add-auth-doctor-add-auth-doctor-add-auth-doctor',
};
const NO_SUCH_CLIENT = 'add-auth-doctor-no-such-client';

/**
 * Reads the metadata of an authorization server at each of its places, its keys, and how its endpoints say no.
 * @param issuer byte for byte as it was named
 * @param others further issuers of the list; asked only when the first has nothing
 */
export async function gatherAs(http: Http, issuer: string, others: string[] = []): Promise<AsEvidence> {
  const documents = await documentsOf(http, issuer);
  const found = asDocument({ documents });
  if (!found) {
    const rest = others.filter((other) => URL.canParse(other)).slice(0, 3);
    const more = rest.map(async (other) => ({ issuer: other, documents: await documentsOf(http, other) }));
    return { issuer, documents, others: await Promise.all(more), cors: {} };
  }
  const [jwks, authorizationEndpoint, tokenEndpoint, cors] = await Promise.all([
    get(http, text(found, 'jwks_uri')),
    get(http, text(found, 'authorization_endpoint'), 'text/html'),
    probeTokenEndpoint(http, text(found, 'token_endpoint')),
    corsOf(http, documents.find((each) => each.status === 200)!.url, found),
  ]);
  return {
    issuer,
    documents,
    others: [],
    cors,
    ...(jwks && { jwks }),
    ...(authorizationEndpoint && { authorizationEndpoint }),
    ...(tokenEndpoint && { tokenEndpoint }),
  };
}

function documentsOf(http: Http, issuer: string): Promise<Exchange[]> {
  return Promise.all(metadataUrls(issuer).map((url) => http.request(url, { headers: { accept: 'application/json' } })));
}

function get(http: Http, url: string | undefined, accept = 'application/json'): Promise<Exchange | undefined> {
  return url !== undefined && URL.canParse(url)
    ? http.request(url, { headers: { accept } })
    : Promise.resolve(undefined);
}

async function probeTokenEndpoint(http: Http, url: string | undefined): Promise<AsEvidence['tokenEndpoint']> {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const basic = Buffer.from(`${NO_SUCH_CLIENT}:secret`).toString('base64');
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Exchange> =>
    http.request(url, {
      method: 'POST',
      headers: { ...FORM, ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const [withId, withBasic] = await Promise.all([
    post({ ...NEGATIVE, client_id: NO_SUCH_CLIENT }),
    post(NEGATIVE, { authorization: `Basic ${basic}` }),
  ]);
  return { none: withId, basic: withBasic };
}

async function corsOf(http: Http, metadataUrl: string, found: Record<string, unknown>): Promise<AsEvidence['cors']> {
  const token = text(found, 'token_endpoint');
  const registration = text(found, 'registration_endpoint');
  const from = (url: string | undefined): Promise<Exchange | undefined> =>
    url !== undefined && URL.canParse(url)
      ? preflightOf(http, url, 'POST', 'content-type')
      : Promise.resolve(undefined);
  const [onMetadata, onToken, onRegistration] = await Promise.all([
    http.request(metadataUrl, { headers: { accept: 'application/json', origin: PAGE_ORIGIN } }),
    from(token),
    from(registration),
  ]);
  return {
    metadata: onMetadata,
    ...(onToken && { token: onToken }),
    ...(onRegistration && { registration: onRegistration }),
  };
}
