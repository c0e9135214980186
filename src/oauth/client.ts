import * as oauth from 'oauth4webapi';
import { isRecord } from '../is-record.ts';
import { isSafeUrl, requestOptions, requireEndpoint, type Network } from './http.ts';

/** A client that somebody registered before; the secret only when it has one. */
export interface KnownClient {
  id: string;
  secret?: string;
  /** How it sends its secret; by default what the metadata name first of basic and post. */
  authMethod?: 'client_secret_basic' | 'client_secret_post';
}

/** What a flow is carried out as. */
export interface FlowClient {
  client: oauth.Client;
  auth: oauth.ClientAuth;
  /** Secrets among its data, so that no message repeats them. */
  secrets: string[];
  /** Was it registered for this one login? */
  isNew: boolean;
  /**
   * Takes the registration back (RFC 7592 §2.3).
   * @returns false when the client stays at the server, which cannot or would not delete it
   */
  release(): Promise<boolean>;
}

const RELEASE_TIMEOUT = 5000;

/** Uses a registered client as it is. */
export function knownClient(metadata: oauth.AuthorizationServer, known: KnownClient): FlowClient {
  const { id, secret } = known;
  const auth = secret === undefined ? oauth.None() : secretAuth(metadata, secret, known.authMethod);
  const secrets = secret === undefined ? [] : [secret];
  return { client: { client_id: id }, auth, secrets, isNew: false, release: () => Promise.resolve(true) };
}

/** RFC 8414 §2: without a list, basic is what the server takes. */
function secretAuth(
  { token_endpoint_auth_methods_supported: offered = ['client_secret_basic'] }: oauth.AuthorizationServer,
  secret: string,
  method?: KnownClient['authMethod'],
): oauth.ClientAuth {
  const post = method === 'client_secret_post' || (method === undefined && !offered.includes('client_secret_basic'));
  return post ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
}

/**
 * Registers a public client for this login (RFC 7591 §3.1).
 * @param request what differs between the flows: redirect URIs, grants
 * @throws CliError `issuer-unusable` when the server offers no registration; what oauth4webapi throws when it refuses
 */
export async function registerClient(
  metadata: oauth.AuthorizationServer,
  request: Partial<oauth.OmitSymbolProperties<oauth.Client>>,
  network: Network,
): Promise<FlowClient> {
  const endpoint = requireEndpoint(metadata, 'registration_endpoint');
  const response = await oauth.dynamicClientRegistrationRequest(
    metadata,
    // `native` lets any port of this machine be called back (RFC 8252 §7.3).
    { ...request, token_endpoint_auth_method: 'none', application_type: 'native' },
    // Not cut off by Ctrl-C: only a client whose id is known can be taken back.
    requestOptions(endpoint, network.fetch ? { fetch: network.fetch } : {}),
  );
  const client = await oauth.processDynamicClientRegistrationResponse(asCreated(response));
  const { client_secret: secret, registration_access_token: accessToken } = client;
  return {
    client,
    auth: registeredAuth(client),
    secrets: [secret, accessToken].filter((value) => typeof value === 'string'),
    isNew: true,
    release: () => deregister(client, network),
  };
}

/** RFC 7591 §3.2.1 has 201; some answer 200 with the same body, and every MCP client takes it. */
function asCreated(response: Response): Response {
  return response.status === 200 ? new Response(response.body, { status: 201, headers: response.headers }) : response;
}

/** A server may answer the registration of a public client with a secret (RFC 7591 §3.2.1). */
function registeredAuth(client: oauth.Client): oauth.ClientAuth {
  const { client_secret: secret, token_endpoint_auth_method: method } = client;
  if (typeof secret !== 'string' || method === 'none') return oauth.None();
  return method === 'client_secret_post' ? oauth.ClientSecretPost(secret) : oauth.ClientSecretBasic(secret);
}

/** Never throws: the login itself has succeeded or failed already. */
async function deregister(client: unknown, { fetch: ask = fetch }: Network): Promise<boolean> {
  const { registration_client_uri: url, registration_access_token: token } = isRecord(client) ? client : {};
  if (typeof url !== 'string' || typeof token !== 'string' || !isSafeUrl(url)) return false;
  try {
    const response = await ask(url, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(RELEASE_TIMEOUT),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
