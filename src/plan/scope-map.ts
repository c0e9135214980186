import { CliError } from '../errors.ts';
import { proposeScopes, type ScopeOverrides } from '../scopes/propose.ts';
import type { ScopeMap, Tool, ToolScopes } from '../types.ts';

/** What has to be written into an existing scope map. Entries that people made or changed are not in here. */
export interface ScopeMapChange {
  add: ToolScopes;
  set: ToolScopes;
  addPublic: string[];
}

/**
 * Brings the project's scope map up to date: entries that are there stay as they are, tools that are new get a
 * proposal, and what was asked for by option wins over both.
 * @param existing the map in the project's own scopes file, `undefined` on the first run
 */
export function mergeScopeMap(
  tools: Tool[],
  overrides: ScopeOverrides,
  existing: ScopeMap | undefined,
): { scopes: ScopeMap; change: ScopeMapChange } {
  const proposed = proposeScopes(tools, overrides);
  if (!existing) return { scopes: proposed, change: { add: {}, set: {}, addPublic: [] } };

  const change: ScopeMapChange = { add: {}, set: {}, addPublic: [] };
  const toolScopes: ToolScopes = { ...existing.toolScopes };
  const known = (name: string): boolean =>
    Object.hasOwn(existing.toolScopes, name) || existing.publicTools.includes(name);

  for (const [name, scopes] of Object.entries(proposed.toolScopes)) {
    const asked = Object.hasOwn(overrides.toolScopes, name);
    if (known(name) && !asked) continue;
    if (Object.hasOwn(existing.toolScopes, name)) {
      if (sameList(existing.toolScopes[name] ?? [], scopes)) continue;
      change.set[name] = scopes;
    } else {
      change.add[name] = scopes;
    }
    toolScopes[name] = scopes;
  }
  for (const name of overrides.publicTools) {
    if (!existing.publicTools.includes(name)) change.addPublic.push(name);
  }
  for (const name of Object.keys(overrides.toolScopes)) {
    if (existing.publicTools.includes(name)) throw stillPublic(name);
  }
  const publicTools = [...existing.publicTools, ...change.addPublic];
  return { scopes: { toolScopes, publicTools, baseScopes: existing.baseScopes }, change };
}

/** Tools that the code registers and the map does not name: the gate refuses them to everybody. */
export function unmappedTools(tools: Tool[], scopes: ScopeMap): string[] {
  return tools
    .map((tool) => tool.name)
    .filter((name) => !Object.hasOwn(scopes.toolScopes, name) && !scopes.publicTools.includes(name));
}

/** Is there nothing to write into the scope map? */
export function isEmptyChange(change: ScopeMapChange): boolean {
  return Object.keys(change.add).length === 0 && Object.keys(change.set).length === 0 && change.addPublic.length === 0;
}

function sameList(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function stillPublic(name: string): CliError {
  return new CliError(
    'invalid-option',
    `--tool-scope names ${name}, which the scope map lists as a public tool.`,
    `Take ${name} out of PUBLIC_TOOLS in the scopes file first, then run again.`,
  );
}
