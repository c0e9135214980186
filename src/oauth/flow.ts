import type { AuthorizationServer, TokenEndpointResponse } from 'oauth4webapi';
import { CliError } from '../errors.ts';
import type { Network } from './http.ts';
import type { LoginHooks } from './login-step.ts';

/** For what a token is wanted. */
export interface LoginTarget {
  /** Byte-exact. */
  issuer: string;
  /** The MCP endpoint, as clients type it (RFC 8707). */
  resource: string;
  scopes: string[];
  /** Sent as `audience` too: Auth0 looks at `resource` only when a tenant setting says so. */
  audience?: string;
  /** Ask for no scope that the metadata do not list: Supabase refuses all others. */
  onlyListedScopes?: boolean;
}

/** What every flow works with once the metadata are known. */
export interface Flow {
  target: LoginTarget;
  metadata: AuthorizationServer;
  /** What is asked for. */
  scopes: string[];
  network: Network;
  hooks: LoginHooks;
}

/** A token, and how it was come by. */
export interface Login {
  accessToken: string;
  refreshToken?: string;
  /** Seconds. */
  expiresIn?: number;
  /** Granted. */
  scopes: string[];
  /** Asked for and not granted (RFC 6749 §3.3 lets a server leave out what it likes). */
  notGranted: string[];
  issuer: string;
  clientId: string;
  resource: string;
}

/** What an authorization request says about the token that is wanted. */
export function targetParameters({ target, scopes }: Flow): Record<string, string> {
  return {
    resource: target.resource,
    ...(target.audience !== undefined && { audience: target.audience }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  };
}

/** `b64token` of RFC 6750 §2.1: what fits into a header and cannot do harm in a terminal. */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * RFC 6749 §5.1: no `scope` in the answer means what was asked for.
 * @throws CliError `verification-failed` for a token that no header can carry
 */
export function toLogin({ target, scopes }: Flow, clientId: string, token: TokenEndpointResponse): Login {
  if (!BEARER.test(token.access_token)) {
    throw new CliError(
      'verification-failed',
      `The access token of ${target.issuer} contains characters that no bearer token may have.`,
      'Report it to whoever runs the authorization server (RFC 6750 §2.1).',
    );
  }
  const granted = token.scope === undefined ? scopes : token.scope.split(' ').filter(Boolean);
  return {
    accessToken: token.access_token,
    ...(token.refresh_token !== undefined && { refreshToken: token.refresh_token }),
    ...(token.expires_in !== undefined && { expiresIn: token.expires_in }),
    scopes: granted,
    notGranted: scopes.filter((scope) => !granted.includes(scope)),
    issuer: target.issuer,
    clientId,
    resource: target.resource,
  };
}

/** What of a login may be shown. */
export function evidenceOf({ scopes, expiresIn, refreshToken }: Login): Record<string, unknown> {
  return { scopes, ...(expiresIn !== undefined && { expiresIn }), refreshToken: refreshToken !== undefined };
}
