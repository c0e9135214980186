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
 * Where a token says what its holder may do: a claim of your own, which a custom access token hook of the project adds.
 * Supabase's own `scope` holds openid, email … only.
 */
export const SCOPE_CLAIMS: readonly string[] = ['mcp_scopes'];
/**
 * What a token must carry beside issuer, audience and expiry. Every token of the project has the same audience; only those that
 * OAuth clients were given name a `client_id`, the sessions of your own apps do not, and are refused.
 */
export const REQUIRED_CLAIMS: readonly string[] = ['client_id'];
/** Supabase refuses logins that ask for any scope of ours, so neither challenges nor metadata name one. */
export const CLIENTS_ASK_FOR_SCOPES: boolean = false;

/** Reads the configuration. Throws an error that names the variable when one is missing or malformed. */
export function loadConfig(): AuthConfig {
  loadEnvFile();
  return { ...authorizationServer(), resource: urlVariable('MCP_RESOURCE_URL') };
}

function authorizationServer(): Pick<AuthConfig, 'issuer' | 'audience'> {
  const issuer = urlVariable('MCP_AUTH_ISSUER');
  // RFC 8414 §2: an issuer has no query.
  if (issuer.includes('?')) throw malformed('MCP_AUTH_ISSUER', 'has a query');
  return { issuer, audience: variable('MCP_AUTH_AUDIENCE') };
}
