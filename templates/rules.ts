import type { Message } from './messages.ts';
import { BASE_SCOPES, PUBLIC_TOOLS, SCOPE_IMPLIES, TOOL_SCOPES } from './scopes.ts';

/** What a caller needs: nothing, a token (`scopes` may be empty), or nothing helps. */
export type Rule = { access: 'public' } | { access: 'scopes'; scopes: readonly string[] } | { access: 'never' };

/** Where tools are public, whoever has not signed in may also connect and look around. */
export const IS_OPEN = PUBLIC_TOOLS.length > 0;

// Maps, not objects: a tool called `constructor` is not found in what every object inherits.
const toolScopes = new Map(Object.entries(TOOL_SCOPES));
const implied = new Map(Object.entries(SCOPE_IMPLIES));
const publicTools = new Set(PUBLIC_TOOLS);

/** Handshake and discovery: a good token is enough, whatever its scopes. They show what there is, and run nothing. */
const HANDSHAKE = new Set([
  'initialize',
  'ping',
  'server/discover',
  'logging/setLevel',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
]);

const FOR_ALL: Rule = IS_OPEN ? { access: 'public' } : { access: 'scopes', scopes: [] };

/** What one message needs. Methods that are not known here need the base scopes, tools that are not known never pass. */
export function ruleFor({ method, tool }: Message): Rule {
  if (tool !== undefined) {
    const scopes = toolScopes.get(tool);
    if (publicTools.has(tool)) return { access: 'public' };
    return scopes ? { access: 'scopes', scopes } : { access: 'never' };
  }
  if (method === undefined || HANDSHAKE.has(method) || method.startsWith('notifications/')) return FOR_ALL;
  return { access: 'scopes', scopes: BASE_SCOPES };
}

/** What a request without message needs: the listening stream, the end of a session. */
export function ruleForStream(): Rule {
  return FOR_ALL;
}

/** The scopes with all that they include (2026-07-28, "Step-Up Authorization Flow": hierarchies count). */
export function withImplied(scopes: readonly string[]): Set<string> {
  const all = new Set(scopes);
  // A Set hands out what is added while it is walked through.
  for (const scope of all) for (const narrower of implied.get(scope) ?? []) all.add(narrower);
  return all;
}

/** Every scope of this server, for its metadata. `offline_access` is a matter between client and issuer (SEP-2207). */
export function allScopes(): string[] {
  return [...new Set([...BASE_SCOPES, ...Object.values(TOOL_SCOPES).flat()])].filter((s) => s !== 'offline_access');
}
