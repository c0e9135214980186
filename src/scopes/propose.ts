import { closest } from '../closest.ts';
import { CliError } from '../errors.ts';
import type { ScopeMap, Tool, ToolScopes } from '../types.ts';
import { isScopeToken, scopeToken } from './scope-token.ts';
import { plural, readName, type Verb } from './words.ts';

/** What `--tool-scope` and `--public` say. */
export interface ScopeOverrides {
  toolScopes: Record<string, string[]>;
  publicTools: string[];
  /** The source registers tools whose names it does not tell: overrides may name tools that were not found. */
  allowUnknown?: boolean;
  /** The provider issues no scopes of ours: a tool without an override is open to every logged-in user. */
  asksForUserOnly?: boolean;
  /** The provider grants a client no other scopes than those it registered with: the first challenge names all. */
  asksForAll?: boolean;
}

/** The first challenge asks for few scopes: a person who only looks should not have to grant more. */
const MAX_BASE_SCOPES = 3;

/**
 * Proposes scopes for every tool, with the overrides in their place.
 * @throws CliError `unknown-tool` for an override of a tool that does not exist, `invalid-option` for a scope that is not
 *   a scope-token (RFC 6749 §3.3) and for a tool that is both public and scoped
 */
export function proposeScopes(tools: Tool[], overrides: ScopeOverrides): ScopeMap {
  checkOverrides(tools, overrides);
  const names = new Set([...tools.map((tool) => tool.name), ...Object.keys(overrides.toolScopes)]);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const toolScopes: ToolScopes = Object.fromEntries(
    [...names]
      .filter((name) => !overrides.publicTools.includes(name))
      .map((name) => [name, ownEntry(overrides.toolScopes, name) ?? proposal(byName.get(name) ?? { name }, overrides)]),
  );
  const baseScopes = overrides.asksForAll
    ? [...new Set(Object.values(toolScopes).flat())].sort()
    : chooseBase(toolScopes);
  return { toolScopes, publicTools: [...new Set(overrides.publicTools)], baseScopes };
}

function proposal(tool: Pick<Tool, 'name' | 'annotations'>, { asksForUserOnly }: ScopeOverrides): string[] {
  return asksForUserOnly ? [] : [proposeScope(tool)];
}

/** The scope for one tool: `search-tasks` -> `read:tasks`; `use:<tool>` when the name does not say what it does. */
export function proposeScope(tool: Pick<Tool, 'name' | 'annotations'>): string {
  const { verb: named, noun } = readName(tool.name);
  const verb = verbFromAnnotations(tool.annotations) ?? named;
  if (!verb || noun.length === 0) return `use:${scopeToken(tool.name)}`;
  const last = noun.at(-1) ?? '';
  return `${verb}:${scopeToken([...noun.slice(0, -1), plural(last)].join('-'))}`;
}

/**
 * MCP's hints decide before the name does. `destructiveHint` means something only when the tool is not read-only, and
 * `destructiveHint: false` alone does not say whether anything is changed (MCP schema, ToolAnnotations).
 */
function verbFromAnnotations(annotations: Tool['annotations']): Verb | undefined {
  if (annotations?.readOnlyHint === true) return 'read';
  if (annotations?.destructiveHint === true) return 'delete';
  return annotations?.readOnlyHint === false && annotations.destructiveHint === false ? 'write' : undefined;
}

/** The read scopes, if they are fewer than all; else the scope most tools need. Never everything there is. */
function chooseBase(toolScopes: ToolScopes): string[] {
  const uses = new Map<string, number>();
  for (const scope of Object.values(toolScopes).flat()) uses.set(scope, (uses.get(scope) ?? 0) + 1);
  const mostUsed = [...uses.keys()].sort((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0));
  const reading = mostUsed.filter((scope) => scope.startsWith('read:'));
  if (reading.length > 0 && reading.length < mostUsed.length) return reading.slice(0, MAX_BASE_SCOPES);
  return mostUsed.slice(0, 1);
}

function checkOverrides(tools: Tool[], overrides: ScopeOverrides): void {
  const names = tools.map((tool) => tool.name);
  for (const name of [...Object.keys(overrides.toolScopes), ...overrides.publicTools]) {
    if (!names.includes(name) && !overrides.allowUnknown) throw unknownTool(name, names);
  }
  for (const [name, scopes] of Object.entries(overrides.toolScopes)) {
    if (overrides.publicTools.includes(name)) {
      throw new CliError(
        'invalid-option',
        `${name} is named by both --public and --tool-scope.`,
        'Keep one of the two: a public tool needs no scope.',
      );
    }
    const bad = scopes.length === 0 ? '' : scopes.find((scope) => !isScopeToken(scope));
    if (bad !== undefined) {
      throw new CliError(
        'invalid-option',
        `${JSON.stringify(bad)} cannot be a scope for ${name}.`,
        'Scopes are printable ASCII without spaces, quotes and backslashes, like read:tasks (RFC 6749 §3.3).',
      );
    }
  }
}

function unknownTool(name: string, names: string[]): CliError {
  const near = closest(name, names);
  const fix = near
    ? `Did you mean ${near}?`
    : names.length > 0
      ? `The tools are: ${names.join(', ')}.`
      : 'No tool was found in the source; leave the option out.';
  return new CliError('unknown-tool', `The server has no tool named ${name}.`, fix);
}

function ownEntry(record: Record<string, string[]>, name: string): string[] | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
