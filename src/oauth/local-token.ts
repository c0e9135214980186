import * as oauth from 'oauth4webapi';
import { CliError } from '../errors.ts';
import { discover, DiscoveryError } from './discovery.ts';

export interface LocalTokenInput {
  issuer: string;
  clientId: string;
  clientSecret: string;
  resource: string;
  scopes: string[];
}

/**
 * Gets an access token from the running `add-auth dev` for its built-in client (RFC 6749 §4.4, RFC 8707).
 * @throws CliError `issuer-unreachable` when it is not running, `provider-refused` when it is another project's
 */
export async function localToken(input: LocalTokenInput): Promise<{ accessToken: string; expiresIn?: number }> {
  const { metadata } = await discover(input.issuer).catch((error: unknown) => {
    if (error instanceof DiscoveryError && error.problem === 'refused') throw notRunning(input.issuer);
    throw error;
  });
  const client = { client_id: input.clientId };
  const response = await oauth.clientCredentialsGrantRequest(
    metadata,
    client,
    oauth.ClientSecretPost(input.clientSecret),
    { resource: input.resource, scope: input.scopes.join(' ') },
    // Provider local is http on loopback and nothing else.
    { [oauth.allowInsecureRequests]: true },
  );
  try {
    const token = await oauth.processClientCredentialsResponse(metadata, client, response);
    return {
      accessToken: token.access_token,
      ...(token.expires_in !== undefined && { expiresIn: token.expires_in }),
    };
  } catch (cause) {
    const reason = cause instanceof oauth.ResponseBodyError ? cause.error : (cause as Error).message;
    throw new CliError(
      'provider-refused',
      `The authorization server at ${input.issuer} gives no token (${reason}).`,
      'It may run for another project: stop it and run add-auth dev in this one.',
      { cause },
    );
  }
}

/** Nobody listens at the issuer of provider local. */
export const notRunning = (issuer: string): CliError =>
  new CliError(
    'issuer-unreachable',
    `The authorization server of this project is not running at ${issuer}.`,
    'Start it in another terminal: add-auth dev',
  );
