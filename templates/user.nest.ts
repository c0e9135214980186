import type { AuthInfo } from './auth-info.ts';
import { withImplied } from './rules.ts';

/** Who calls a tool. */
export interface User {
  subject: string;
  clientId: string;
  scopes: string[];
  /** All claims of the access token. */
  claims: Record<string, unknown>;
  hasScope(scope: string): boolean;
}

/**
 * The user behind a tool call: `requireUser(request)` with the third argument of a tool, `context.getRawRequest()` in
 * version 2 of mcp-nest. Throws when nobody has signed in, as in a public tool.
 */
export function requireUser(request: unknown): User {
  const { auth } = (request ?? {}) as { auth?: AuthInfo };
  if (!auth) throw new Error('Nobody has signed in.');
  const { subject = auth.clientId, claims = {} } = (auth.extra ?? {}) as Partial<User>;
  const granted = withImplied(auth.scopes);
  return { subject, clientId: auth.clientId, scopes: auth.scopes, claims, hasScope: (scope) => granted.has(scope) };
}
