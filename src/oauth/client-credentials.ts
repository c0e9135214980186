import * as oauth from 'oauth4webapi';
import { knownClient, type KnownClient } from './client.ts';
import { discover } from './discovery.ts';
import { evidenceOf, targetParameters, toLogin, type Flow, type Login, type LoginTarget } from './flow.ts';
import { requestOptions, requireEndpoint, type Network } from './http.ts';
import { atStep, type LoginHooks } from './login-step.ts';

const GRANT = 'client_credentials';

/**
 * A token for a client itself, without a user (RFC 6749 §4.4): what tests and CI use.
 * @param target no scopes: all that were granted to the client
 * @throws LoginError
 */
export async function clientCredentials(
  target: LoginTarget,
  known: KnownClient & { secret: string },
  options: LoginHooks & Network = {},
): Promise<Login> {
  const { issuer, scopes } = target;
  const { metadata } = await atStep(
    'discovery',
    `Reading the metadata of ${issuer}`,
    { hooks: options, context: { issuer } },
    () => discover(issuer, options.fetch ? { fetch: options.fetch } : {}),
    ({ url }) => ({ url }),
  );
  const flow: Flow = { target, metadata, scopes, network: options, hooks: options };
  const context = { ...target, grant: GRANT, clientId: known.id, secrets: [known.secret] };
  return atStep(
    'token',
    `Asking ${issuer} for a token of client ${known.id}`,
    { hooks: options, context },
    async () => {
      const http = requestOptions(requireEndpoint(metadata, 'token_endpoint'), options);
      const { client, auth } = knownClient(metadata, known);
      const { resource, ...parameters } = targetParameters(flow);
      // Auth0 documents `audience` alone here.
      if (parameters['audience'] === undefined) parameters['resource'] = resource!;
      const response = await oauth.clientCredentialsGrantRequest(metadata, client, auth, parameters, http);
      return toLogin(flow, known.id, await oauth.processClientCredentialsResponse(metadata, client, response));
    },
    evidenceOf,
  );
}
