import * as oauth from 'oauth4webapi';
import { listenForCallback, type Callback } from './callback.ts';
import { knownClient, registerClient, type FlowClient, type KnownClient } from './client.ts';
import { evidenceOf, targetParameters, toLogin, type Flow, type Login } from './flow.ts';
import { requestOptions, requireEndpoint } from './http.ts';
import { atStep } from './login-step.ts';
import { releaseClient, type ReleaseHooks } from './release.ts';

export interface CodeFlowOptions extends ReleaseHooks {
  /** Shows the login page to whoever logs in; need not wait for the end of it. */
  openBrowser(url: string): Promise<void> | void;
  client?: KnownClient;
  clientName: string;
  /** Port of the redirect URI; a free one by default. */
  port?: number;
  /** Milliseconds until the person must be back. */
  timeout: number;
}

const GRANT = 'authorization_code';

/**
 * Authorization code with PKCE, a loopback redirect, `state`, `iss` and `resource`
 * (OAuth 2.1 §4.1; RFC 7636, 8252 §7.3, 8707, 9207).
 * @throws LoginError
 */
export async function codeFlow(flow: Flow, options: CodeFlowOptions): Promise<Login> {
  const { signal } = flow.network;
  const callback = await listenForCallback({
    timeout: options.timeout,
    ...(options.port !== undefined && { port: options.port }),
    ...(signal && { signal }),
  });
  let as: FlowClient | undefined;
  try {
    as = await clientFor(flow, options, callback);
    const { parameters, verifier } = await authorize(flow, options, callback, as);
    return await exchange(flow, as, callback, parameters, verifier);
  } finally {
    callback.close();
    if (as) await releaseClient(as, { ...options, port: callback.port });
  }
}

async function clientFor(flow: Flow, options: CodeFlowOptions, { redirectUri }: Callback): Promise<FlowClient> {
  const { metadata, network, target } = flow;
  if (options.client) return knownClient(metadata, options.client);
  const request = {
    client_name: options.clientName,
    redirect_uris: [redirectUri],
    grant_types: [GRANT, 'refresh_token'],
    response_types: ['code'],
  };
  return atStep(
    'registration',
    `Registering a client at ${String(metadata.registration_endpoint ?? target.issuer)}`,
    { hooks: flow.hooks, context: { ...target, grant: GRANT } },
    () => registerClient(metadata, request, network),
    ({ client }) => ({ clientId: client.client_id }),
  );
}

async function authorize(
  flow: Flow,
  options: CodeFlowOptions,
  callback: Callback,
  { client, secrets }: FlowClient,
): Promise<{ parameters: URLSearchParams; verifier: string }> {
  const { metadata, target, scopes, network } = flow;
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const context = { ...target, scopes, grant: GRANT, clientId: client.client_id, secrets };
  const parameters = await atStep(
    'authorization',
    `Logging in at ${target.issuer} in the browser`,
    { hooks: flow.hooks, context },
    async () => {
      network.signal?.throwIfAborted();
      const url = await authorizationUrl(requireEndpoint(metadata, 'authorization_endpoint'), verifier, {
        client_id: client.client_id,
        redirect_uri: callback.redirectUri,
        state,
        ...targetParameters(flow),
      });
      await Promise.race([options.openBrowser(url), callback.arrived]);
      // Checks `state`, `iss` (RFC 9207 §2.4) and `error`.
      return oauth.validateAuthResponse(metadata, client, await callback.arrived, state);
    },
    (answer) => ({ iss: answer.get('iss') }),
  );
  return { parameters, verifier };
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

function exchange(
  flow: Flow,
  { client, auth, secrets }: FlowClient,
  { redirectUri }: Callback,
  parameters: URLSearchParams,
  verifier: string,
): Promise<Login> {
  const { metadata, target, scopes, network } = flow;
  const context = { ...target, scopes, grant: GRANT, clientId: client.client_id, secrets };
  return atStep(
    'token',
    `Exchanging the code at ${String(metadata.token_endpoint)}`,
    { hooks: flow.hooks, context },
    async () => {
      const http = requestOptions(requireEndpoint(metadata, 'token_endpoint'), network);
      const response = await oauth.authorizationCodeGrantRequest(
        metadata,
        client,
        auth,
        parameters,
        redirectUri,
        verifier,
        { ...http, additionalParameters: { resource: target.resource } },
      );
      const token = await oauth.processAuthorizationCodeResponse(metadata, client, response);
      return toLogin(flow, client.client_id, token);
    },
    evidenceOf,
  );
}
