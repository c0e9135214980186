import { caller } from './caller.ts';
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

/** The user behind a tool call, wherever in it. Throws when nobody has signed in, as in a public tool. */
export function requireUser(): User {
  const info = caller.getStore();
  if (!info) throw new Error('Nobody has signed in.');
  const { subject = info.clientId, claims = {} } = (info.extra ?? {}) as Partial<User>;
  const granted = withImplied(info.scopes);
  return { subject, clientId: info.clientId, scopes: info.scopes, claims, hasScope: (scope) => granted.has(scope) };
}
