import { loadEnvFile, malformed, urlVariable, variable } from './environment.ts';

/** What the gate has to know, read from the environment once. Nothing is ever taken from Host or X-Forwarded-*. */
export interface AuthConfig {
  /** The authorization server, byte for byte as its metadata says `issuer`. */
  issuer: string;
  /** The `aud` that a token for this server carries. */
  audience: string;
  /** The public URL of the MCP endpoint, byte for byte as clients type it. */
  resource: string;
  /** What the authorization server puts before the names of our scopes (Cognito: `https://host/mcp/`); mostly nothing. */
  scopePrefix?: string;
  /** Clients whose tokens are good without `aud`, which some authorization servers leave out (Cognito); mostly none. */
  clientIds?: readonly string[];
}

/**
 * Where a token says what its client may do: RFC 9068 §2.2.3, or what Entra and Okta send instead. Not Auth0's `permissions`:
 * those are all that the user may do, granted to this client or not.
 */
export const SCOPE_CLAIMS: readonly string[] = ['scope', 'scp'];
/** What a token must carry beside issuer, audience and expiry. */
export const REQUIRED_CLAIMS: readonly string[] = [];
/** Whether clients can ask the authorization server for the scopes of this server. */
export const CLIENTS_ASK_FOR_SCOPES: boolean = true;

/** Reads the configuration. Throws an error that names the variable when one is missing or malformed. */
export function loadConfig(): AuthConfig {
  loadEnvFile();
  return { ...authorizationServer(), resource: urlVariable('MCP_RESOURCE_URL') };
}

function authorizationServer(): Pick<AuthConfig, 'issuer' | 'audience'> {
  const domain = variable('AUTH0_DOMAIN');
  // A host name, with a port at most. Auth0's issuers end in a slash.
  if (!/^[a-z\d.-]+(:\d+)?$/i.test(domain)) throw malformed('AUTH0_DOMAIN', 'is not a host name');
  return { issuer: `https://${domain}/`, audience: variable('AUTH0_AUDIENCE') };
}
