import { isScopeToken } from '../scopes/scope-token.ts';
import type { ScopeMap } from '../types.ts';
import type { Prompts } from './prompts.ts';

/** The part of the scope map that people decide on. */
export type ScopeRows = Pick<ScopeMap, 'toolScopes' | 'publicTools'>;

const DONE = '\0done';
const PUBLIC = 'public';

/**
 * The scope map as a table: choose a row, type its scopes or `public`, until done.
 * @returns a new map; the given one is left alone
 */
export async function editScopes(
  ask: Pick<Prompts, 'select' | 'text'>,
  message: string,
  rows: ScopeRows,
): Promise<ScopeRows> {
  const option = '--tool-scope TOOL=SCOPE[,SCOPE] or --public TOOL';
  let current = rows;
  for (;;) {
    const row = await ask.select({
      message,
      option,
      choices: [{ value: DONE, label: 'Done: use these scopes' }, ...tableRows(current)],
      initial: DONE,
    });
    if (row === DONE) return current;
    const typed = await ask.text({
      message: `Scopes for ${row} (several with spaces; "${PUBLIC}" = may be called without a token)`,
      option,
      initial: current.publicTools.includes(row) ? PUBLIC : (current.toolScopes[row] ?? []).join(' '),
      validate: problemOfScopes,
    });
    current = withRow(current, row, typed);
  }
}

/** One line a tool, the scopes in a column of their own. */
export function tableRows(rows: ScopeRows): { value: string; label: string }[] {
  const names = [...new Set([...Object.keys(rows.toolScopes), ...rows.publicTools])];
  const width = Math.min(40, Math.max(0, ...names.map((name) => name.length)));
  return names.map((name) => ({
    value: name,
    label: `${name.padEnd(width)}  ${rows.publicTools.includes(name) ? '(public)' : (rows.toolScopes[name] ?? []).join(' ') || '(any signed-in user)'}`,
  }));
}

/** The rows with one row replaced by what was typed. */
export function withRow(rows: ScopeRows, tool: string, typed: string): ScopeRows {
  const publicTools = rows.publicTools.filter((name) => name !== tool);
  if (typed.trim().toLowerCase() === PUBLIC) {
    const { [tool]: _, ...toolScopes } = rows.toolScopes;
    return { toolScopes, publicTools: [...publicTools, tool] };
  }
  return { toolScopes: { ...rows.toolScopes, [tool]: splitScopes(typed) }, publicTools };
}

function splitScopes(typed: string): string[] {
  return [...new Set(typed.split(/[\s,]+/).filter((scope) => scope !== ''))];
}

/** What is wrong with a list of scopes as typed, or undefined. */
export function problemOfScopes(typed: string): string | undefined {
  const scopes = splitScopes(typed);
  if (scopes.length === 0) return `Type at least one scope, or "${PUBLIC}".`;
  const bad = scopes.find((scope) => !isScopeToken(scope));
  return bad === undefined ? undefined : `${bad} is not a scope: letters, digits and signs, no quotes or backslashes.`;
}
