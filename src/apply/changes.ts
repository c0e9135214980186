import { setEnv } from '../edit/env.ts';
import { addIgnored } from '../edit/gitignore.ts';
import { CliError } from '../errors.ts';
import { exampleOf, type SettingsFile } from '../project/settings-file.ts';
import type { Edit, EnvVar } from '../types.ts';
import { hashOf, sameBytes } from './hash.ts';
import { STATE_FILE, mergeState, parseState, type AuthRecord } from './state.ts';
import type { FileChange } from './types.ts';

export interface ChangesInput {
  /** Edits of kind `skip` are passed over: they are manual steps. */
  edits: readonly Edit[];
  /** Bytes of a file of the project as it is now, `null` when it is not there. */
  read(path: string): Buffer | null;
  env: readonly EnvVar[];
  /** Where they go. */
  settings: SettingsFile;
  /** Manifests as they shall be; one of them may be a file that an edit has changed already. */
  manifests: readonly { path: string; text: string }[];
  record: Omit<AuthRecord, 'env' | 'files' | 'version'>;
  /** Of add-auth. */
  version: string;
  /** What to do with settings that the user has set to something else. */
  onEnvConflict?: 'keep' | 'replace';
}

export interface Changes {
  /** In the order they are written, settings last. Empty when the project is up to date. */
  files: FileChange[];
  /** Settings that keep a value of the user's although we wanted another. */
  envConflicts: string[];
}

/**
 * Puts everything that a run changes on disk into one list: source, generated code, manifest, ignore file, example,
 * state, settings. Pure; on an unchanged project the list is empty.
 * @throws CliError `state-unreadable`, `unparsable-env`, `unparsable-source`, `file-changed`
 */
export function buildChanges(input: ChangesInput): Changes {
  const text = (path: string): string | undefined => input.read(path)?.toString();
  const stateText = text(STATE_FILE);
  const last = stateText === undefined || stateText.trim() === '' ? undefined : parseState(stateText);
  const owned = last?.env ?? [];

  const files = input.edits.flatMap((edit) => (edit.kind === 'skip' ? [] : [changeOf(edit, input.read(edit.path))]));
  const add = (path: string, after: string, mode?: number): void => {
    const change: FileChange = { path, before: input.read(path), after: Buffer.from(after) };
    if (!sameBytes(change.before, change.after)) files.push(mode === undefined ? change : { ...change, mode });
  };

  for (const manifest of input.manifests) {
    const edited = files.find((change) => change.path === manifest.path);
    if (edited) edited.after = Buffer.from(manifest.text);
    else add(manifest.path, manifest.text);
  }
  add('.gitignore', addIgnored(text('.gitignore'), [input.settings, '.mcp-builder/add-auth/']));
  if (input.env.length > 0) {
    const example = exampleOf(input.settings);
    add(example, setEnv(text(example), input.env.map(sampleOf), { owned }).text);
  }
  const env = setEnv(text(input.settings), input.env, {
    owned,
    file: input.settings,
    onConflict: input.onEnvConflict,
  });

  const written = files.filter((change) => !sameBytes(change.before, change.after));
  const record: AuthRecord = {
    ...input.record,
    env: [...new Set([...owned, ...env.added, ...env.changed])],
    files: { ...last?.files, ...hashesOf(written) },
    version: input.version,
  };
  files.splice(0, files.length, ...written);
  add(STATE_FILE, mergeState(stateText, record));
  if (input.env.length > 0) add(input.settings, env.text, 0o600);
  return { files, envConflicts: env.conflicts };
}

/** A path of the project whose bytes an edit expects to be what its planner saw. */
function changeOf(edit: Exclude<Edit, { kind: 'skip' }>, bytes: Buffer | null): FileChange {
  if (bytes !== null && !bytes.equals(Buffer.from(bytes.toString()))) {
    throw new CliError(
      'unparsable-source',
      `${edit.path} is not UTF-8, so that writing it would damage it.`,
      `Save ${edit.path} as UTF-8, then run again.`,
    );
  }
  const before = edit.before === null ? null : Buffer.from(edit.before);
  const change: FileChange = { path: edit.path, before, after: Buffer.from(edit.after) };
  return edit.mode === undefined ? change : { ...change, mode: edit.mode };
}

function sampleOf(variable: EnvVar): EnvVar {
  return variable.secret ? { ...variable, value: '' } : variable;
}

function hashesOf(changes: readonly FileChange[]): Record<string, string> {
  return Object.fromEntries(changes.flatMap(({ path, after }) => (after ? [[path, hashOf(after)]] : [])));
}
