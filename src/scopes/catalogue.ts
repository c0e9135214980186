import type { ScopeMap } from '../types.ts';

/** Every scope the server knows: what metadata lists and the provider has to issue. */
export function scopeCatalogue(scopes: ScopeMap): string[] {
  return [...new Set([...scopes.baseScopes, ...Object.values(scopes.toolScopes).flat()])].sort();
}
