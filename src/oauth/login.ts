import * as oauth from 'oauth4webapi';
import { CliError } from '../errors.ts';
import { listenForCallback } from './callback.ts';
import { discover } from './discovery.ts';
import { isLoopback } from './loopback.ts';
import { findResource } from './resource-metadata.ts';

export interface LoginOptions {
  /** The MCP endpoint, as a client types it. */
  resourceUrl: string;
  /** Asked for instead of what the server's challenge or metadata name. */
  scopes?: string[];
  /** Shows the login page to whoever logs in; need not wait for the end of it. */
  openBrowser(url: string): Promise<void> | void;
  clientName?: string;
  /** Milliseconds until the person must be back; five minutes by default. */
  timeout?: number;
  fetch?: typeof fetch;
}

export interface Login {
  accessToken: string;
  refreshToken?: string;
  /** Seconds. */
  expiresIn?: number;
  scopes: string[];
  issuer: string;
  clientId: string;
  resource: string;
}

/**
 * Logs in the way an MCP client does: challenge, protected resource metadata, authorization server metadata,
 * registration, PKCE with the resource, a loopback redirect, token (MCP authorization; OAuth 2.1; RFC 9728, 8414,
 * 7591, 7636, 8707, 9207, 8252 §7.3).
 * @throws CliError when a step fails, with the code of that step: `issuer-unreachable`, `issuer-unusable`,
 *   `provider-refused` (the authorization server or the person said no), `verification-failed`
 */
export async function login(options: LoginOptions): Promise<Login> {
  const network = options.fetch ? { fetch: options.fetch } : {};
  const found = await findResource(options.resourceUrl, network);
  const { issuer, metadata } = await discover(found.issuer, network);
  requireForLogin(metadata, issuer);
  const http = {
    [oauth.allowInsecureRequests]: isLoopback(new URL(issuer).hostname),
    ...(options.fetch && { [oauth.customFetch]: options.fetch as never }),
  };
  const callback = await listenForCallback(options.timeout ?? 5 * 60_000);
  try {
    const client = await register(metadata, callback.redirectUri, options.clientName ?? 'add-auth', http);
    const scope = (options.scopes ?? found.scopes).join(' ');
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = await authorizationUrl(metadata.authorization_endpoint!, verifier, {
      client_id: client.client_id,
      redirect_uri: callback.redirectUri,
      state,
      resource: found.resource,
      ...(scope && { scope }),
    });
    await Promise.race([options.openBrowser(url), callback.arrived]);
    const parameters = oauth.validateAuthResponse(metadata, client, await callback.arrived, state);
    const response = await oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      clientAuth(client),
      parameters,
      callback.redirectUri,
      verifier,
      { ...http, additionalParameters: { resource: found.resource } },
    );
    const token = await oauth.processAuthorizationCodeResponse(metadata, client, response);
    return {
      accessToken: token.access_token,
      ...(token.refresh_token !== undefined && { refreshToken: token.refresh_token }),
      ...(token.expires_in !== undefined && { expiresIn: token.expires_in }),
      scopes: (token.scope ?? scope).split(' ').filter(Boolean),
      issuer,
      clientId: client.client_id,
      resource: found.resource,
    };
  } catch (error) {
    throw asCliError(error, issuer);
  } finally {
    callback.close();
  }
}

async function authorizationUrl(
  endpoint: string,
  verifier: string,
  parameters: Record<string, string>,
): Promise<string> {
  const url = new URL(endpoint);
  const proof = {
    response_type: 'code',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries({ ...proof, ...parameters })) url.searchParams.set(name, value);
  return url.href;
}

type Http = oauth.DynamicClientRegistrationRequestOptions;

async function register(
  metadata: oauth.AuthorizationServer,
  redirectUri: string,
  clientName: string,
  http: Http,
): Promise<oauth.Client> {
  const response = await oauth.dynamicClientRegistrationRequest(
    metadata,
    {
      client_name: clientName,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    http,
  );
  return oauth.processDynamicClientRegistrationResponse(response);
}

/** A server may answer a registration for a public client with a secret (RFC 7591 §3.2.1). */
function clientAuth(client: oauth.Client): oauth.ClientAuth {
  const secret = client.client_secret;
  if (typeof secret !== 'string' || client['token_endpoint_auth_method'] === 'none') return oauth.None();
  return client['token_endpoint_auth_method'] === 'client_secret_post'
    ? oauth.ClientSecretPost(secret)
    : oauth.ClientSecretBasic(secret);
}

function requireForLogin(metadata: oauth.AuthorizationServer, issuer: string): void {
  for (const name of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'] as const) {
    if (typeof metadata[name] === 'string') continue;
    throw new CliError(
      'issuer-unusable',
      `The metadata of ${issuer} names no ${name}, so nobody can log in by themselves.`,
      name === 'registration_endpoint'
        ? 'Enable dynamic client registration (RFC 7591) on the authorization server.'
        : 'Enable the authorization code flow on the authorization server.',
    );
  }
}

function asCliError(error: unknown, issuer: string): unknown {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    const description = error.error_description === undefined ? '' : `: ${error.error_description}`;
    return new CliError(
      'provider-refused',
      `${issuer} answered ${error.error}${description}.`,
      error.error === 'access_denied'
        ? 'Run it again and allow the access.'
        : 'Correct what it names and run it again.',
      { cause: error },
    );
  }
  if (error instanceof CliError) return error;
  return new CliError(
    'verification-failed',
    `The login at ${issuer} failed: ${(error as Error).message}.`,
    'Look at the metadata that the server and the issuer publish: the message names the step that failed.',
    { cause: error },
  );
}
