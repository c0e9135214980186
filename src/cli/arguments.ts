import { CliError } from '../errors.ts';
import { isScopeToken } from '../scopes/scope-token.ts';
import type { ToolScopes } from '../types.ts';

/** An option's value that must not be empty (an unset shell variable in quotes is the usual cause). */
export function nonEmpty(option: string): (value: string) => string {
  return (value) => {
    if (value.trim() === '')
      throw invalid(`${option} was given an empty value.`, `Give ${option} a value or leave it out.`);
    return value.trim();
  };
}

/** Collects `--tool-scope TOOL=SCOPE[,SCOPE]`; the same tool twice gets the scopes of both. */
export function collectToolScope(value: string, before: ToolScopes = {}): ToolScopes {
  const at = value.indexOf('=');
  const tool = value.slice(0, Math.max(at, 0)).trim();
  const scopes = value
    .slice(at + 1)
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  if (tool === '' || scopes.length === 0) {
    throw invalid(
      `--tool-scope ${value} is not of the form TOOL=SCOPE[,SCOPE].`,
      'Write for example --tool-scope delete-task=delete:tasks',
    );
  }
  const bad = scopes.find((scope) => !isScopeToken(scope));
  if (bad !== undefined) {
    throw invalid(
      `--tool-scope ${value}: "${bad}" is not a scope.`,
      'Scopes are made of letters, digits and signs, without spaces, quotes and backslashes.',
    );
  }
  // By entries, so that a tool called __proto__ becomes a key like any other.
  const entries = new Map(Object.entries(before));
  entries.set(tool, [...new Set([...(entries.get(tool) ?? []), ...scopes])]);
  return Object.fromEntries(entries);
}

/** Collects an option that may be given several times. */
export function collect(option: string): (value: string, before?: string[]) => string[] {
  return (value, before = []) => [...new Set([...before, nonEmpty(option)(value)])];
}

/** A tool is either open or behind scopes. */
export function checkPublicAgainstScopes(toolScopes: ToolScopes, publicTools: string[]): void {
  const both = publicTools.find((tool) => Object.hasOwn(toolScopes, tool));
  if (both === undefined) return;
  throw invalid(`${both} is named by --public and by --tool-scope.`, 'Keep one of the two.');
}

function invalid(message: string, fix: string): CliError {
  return new CliError('invalid-option', message, fix);
}
