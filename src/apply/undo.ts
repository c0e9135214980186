import { createTwoFilesPatch } from 'diff';
import path from 'node:path/posix';
import { removeEnv, envNames } from '../edit/env.ts';
import { removeDependencies } from '../edit/manifest.ts';
import { removeJsonProperty } from '../edit/json.ts';
import { isSettingsFile } from '../project/settings-file.ts';
import { reverseLines } from './three-way.ts';

export interface TakeOutInput {
  path: string;
  current: Buffer;
  before: Buffer | null;
  after: Buffer | null;
}

/**
 * Takes what one run did out of a file that was edited since, and nothing else.
 * @returns the bytes without our part (`null`: the file goes), `undefined` when our part cannot be told from theirs
 */
export function takeOut({ path: file, current, before, after }: TakeOutInput): Buffer | null | undefined {
  if (after === null) return current;
  const texts = { current: current.toString(), before: before?.toString() ?? '', after: after.toString() };
  const text = takeOutOf(path.basename(file), texts, before === null);
  if (text === undefined) return undefined;
  return before === null && text.trim() === '' ? null : Buffer.from(text);
}

const MANIFESTS = ['package.json', 'deno.json', 'deno.jsonc'];

interface Texts {
  current: string;
  before: string;
  after: string;
}

function takeOutOf(name: string, texts: Texts, isOurs: boolean): string | undefined {
  if (isSettingsFile(name)) return takeOutOfEnv(texts);
  if (name === 'state.json') return takeOutOfState(texts.current, isOurs);
  // Code that was created as a whole has no lines of others to keep.
  if (isOurs && isCode(name)) return undefined;
  const reversed = reverseLines(texts);
  if (reversed !== undefined || !MANIFESTS.includes(name)) return reversed;
  return removeDependencies(texts);
}

/** Is this a module that add-auth could have generated, by its ending? */
export function isCode(name: string): boolean {
  return ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.py'].includes(path.extname(name));
}

function takeOutOfEnv(texts: Texts): string | undefined {
  const reversed = reverseLines(texts);
  if (reversed !== undefined) return reversed;
  const had = new Set(envNames(texts.before));
  const added = envNames(texts.after).filter((name) => !had.has(name));
  const old = new Set(texts.before.split(/\r?\n/));
  const comments = texts.after.split(/\r?\n/).filter((line) => line.startsWith('#') && !old.has(line));
  return removeEnv(texts.current, added, comments);
}

/** `auth` is ours in the state file, the rest belongs to other tools. */
function takeOutOfState(current: string, isOurs: boolean): string | undefined {
  const without = removeJsonProperty(current, 'auth');
  const isEmpty = without !== undefined && without.replace(/\s/g, '') === '{}';
  return isOurs && isEmpty ? '' : without;
}

/** A unified diff from one content to another, for a person to apply. */
export function patchOf(file: string, from: Buffer | null, to: Buffer | null): string {
  return createTwoFilesPatch(
    `a/${file}`,
    to === null ? '/dev/null' : `b/${file}`,
    from?.toString() ?? '',
    to?.toString() ?? '',
  );
}
