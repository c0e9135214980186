import { CliError } from '../errors.ts';
import { clientCredentials } from './client-credentials.ts';
import { DiscoveryError } from './discovery.ts';
import type { Login } from './flow.ts';

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
export async function localToken({ clientId, clientSecret, ...target }: LocalTokenInput): Promise<Login> {
  try {
    const client = { id: clientId, secret: clientSecret, authMethod: 'client_secret_post' } as const;
    return await clientCredentials(target, client);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.cause instanceof DiscoveryError && error.cause.problem === 'refused') throw notRunning(target.issuer);
    if (error.code !== 'provider-refused' || error.message.includes('invalid_scope')) throw error;
    throw new CliError(
      'provider-refused',
      error.message,
      'It may run for another project: stop it and run add-auth dev in this one.',
      { cause: error },
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
