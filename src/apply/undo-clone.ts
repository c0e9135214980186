import path from 'node:path/posix';
import { envNames, removeEnv } from '../edit/env.ts';
import { authFolderOf } from '../plan/auth-folder.ts';
import { isSettingsFile, WRANGLER_FILES } from '../project/settings-file.ts';
import { hashOf } from './hash.ts';
import { STATE_FILE, withoutAuth, type AuthRecord } from './state.ts';
import { mayDelete, type DeleteOptions, type Undone } from './undo-layers.ts';

export interface CloneInput extends DeleteOptions {
  file: string;
  current: Buffer;
  auth: AuthRecord | undefined;
}

/** Names by which a source file hangs the gate in. */
const TRACES = ['protectMcp', 'authOf', 'optionsMcp', 'mcpHosts'];

/**
 * Undoes a file in a clone: the bytes from before are git-ignored, so that only the state file knows what we did.
 * Generated files and settings can be taken out from that; source files are left to git or a person.
 */
export function undoWithoutLedger({ file, current, auth, ...options }: CloneInput): Undone {
  const text = current.toString();
  if (file === STATE_FILE) {
    const rest = withoutAuth(text);
    return { bytes: rest === null ? null : Buffer.from(rest), mode: null };
  }
  const name = path.basename(file);
  if (isSettingsFile(name)) {
    const ours = (auth?.env ?? []).filter((key) => envNames(text).includes(key));
    const rest = removeEnv(text, ours);
    return { bytes: rest.trim() === '' ? null : Buffer.from(rest), mode: null };
  }
  if (path.dirname(file) === authFolderOf(auth?.files ?? {})?.dir) {
    const isUntouched = hashOf(current) === auth?.files[file];
    if (isUntouched || mayDelete(file, options)) return { bytes: null, mode: null };
    return { manual: { what: `${file} was generated and then edited; delete it by hand.`, snippet: file } };
  }
  if (['package.json', 'deno.json', 'deno.jsonc', '.gitignore', ...WRANGLER_FILES].includes(name)) {
    return { note: `${file} keeps what add-auth added: its content from before is not in this clone.` };
  }
  if (!TRACES.some((trace) => text.includes(trace))) return { bytes: current, mode: null };
  return {
    manual: {
      what: `The content of ${file} from before add-auth is not in this clone: take its lines out by hand, or revert the commit.`,
      snippet: `git log --oneline -- ${file}`,
    },
  };
}
