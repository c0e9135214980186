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

/** What the SDK hands to a tool handler as its last argument. */
interface Extra {
  authInfo?: AuthInfo | undefined;
  http?: { authInfo?: AuthInfo | undefined } | undefined;
}

/** The user behind a tool call: `requireUser(extra)`. Throws when nobody has signed in, as in a public tool. */
export function requireUser(extra: Extra): User {
  const info = extra.authInfo ?? extra.http?.authInfo;
  if (!info) throw new Error('Nobody has signed in.');
  const { subject = info.clientId, claims = {} } = (info.extra ?? {}) as Partial<User>;
  const granted = withImplied(info.scopes);
  return { subject, clientId: info.clientId, scopes: info.scopes, claims, hasScope: (scope) => granted.has(scope) };
}
