import { isRecord } from '../../is-record.ts';
import { redirectSets, type RedirectSet } from '../profiles/rules.ts';
import type { Client } from '../profiles/clients.ts';
import { registrationEndpoint } from '../metadata.ts';
import type { Exchange, Http } from './http.ts';

export interface RegistrationEvidence {
  /** One registration for each set of redirect URIs; the loopback client comes first. */
  attempts: (RedirectSet & { exchange: Exchange })[];
  authorize?: AuthorizeEvidence;
}

/** What the authorization endpoint said to one request: where it led, or the text of the page. */
export interface AuthorizeAnswer {
  kind: 'back' | 'page' | 'error' | 'elsewhere' | 'none';
  /** Parameters that came back to the client. The code is struck out. */
  back: Record<string, string>;
  exchange: Exchange;
}

export interface AuthorizeEvidence {
  /** As a client would ask. */
  full: AuthorizeAnswer;
  otherPort: AuthorizeAnswer;
  withoutResource: AuthorizeAnswer;
  withoutScope: AuthorizeAnswer;
  /** All scopes that the metadata of the resource list. */
  everything: AuthorizeAnswer;
  /** With `offline_access`, where it is offered: many clients ask for it. */
  offline?: AuthorizeAnswer;
  /** `prompt=none`: comes back at once, with or without a login. */
  silent: AuthorizeAnswer;
}

export interface RegistrationInput {
  metadata: Record<string, unknown>;
  client?: Client | undefined;
  resource: string;
  scopes: string[];
  /** All that some client may ask for. */
  allScopes: string[];
}

/** Registers one throw-away client for each kind of client, tries a login with the first, and deletes what it may. */
export async function gatherRegistration(
  http: Http,
  input: RegistrationInput,
): Promise<RegistrationEvidence | undefined> {
  const endpoint = registrationEndpoint(input.metadata);
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  const attempts = await Promise.all(
    redirectSets(input.client).map(async (set) => ({ ...set, exchange: await register(http, endpoint, set) })),
  );
  const evidence: RegistrationEvidence = { attempts };
  const first = attempts[0];
  const clientId = isRecord(first?.exchange.json) ? first.exchange.json['client_id'] : undefined;
  if (first && typeof clientId === 'string') {
    const { gatherAuthorize } = await import('./authorize.ts');
    const answers = await gatherAuthorize(http, { ...input, clientId, redirectUri: first.redirectUris[0]! });
    if (answers) evidence.authorize = answers;
  }
  await Promise.all(attempts.map(({ exchange }) => unregister(http, exchange)));
  return evidence;
}

function register(http: Http, endpoint: string, set: RedirectSet): Promise<Exchange> {
  return http.request(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      client_name: `add-auth doctor as ${set.client} (safe to delete)`,
      redirect_uris: set.redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: set.authMethod,
      application_type: set.applicationType,
    }),
  });
}

/** RFC 7592 §2.3, where the server offers it. Afterwards no secret is left in the evidence. */
async function unregister(http: Http, exchange: Exchange): Promise<void> {
  if (!isRecord(exchange.json)) return;
  const uri = exchange.json['registration_client_uri'];
  const token = exchange.json['registration_access_token'];
  if (typeof uri === 'string' && typeof token === 'string') {
    await http.request(uri, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
  }
  const secrets = ['client_secret', 'registration_access_token'];
  exchange.json = Object.fromEntries(
    Object.entries(exchange.json).map(([name, value]) => [name, secrets.includes(name) && value ? '***' : value]),
  );
  exchange.text = JSON.stringify(exchange.json);
}
