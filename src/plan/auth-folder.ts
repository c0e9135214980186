import path from 'node:path/posix';

/** The generated code as the project has it now, told by the hashes in the state file. */
export interface ExistingAuthFolder {
  /** Relative to the project root. */
  dir: string;
  /** Path -> sha256 of what add-auth wrote. */
  written: Record<string, string>;
}

/** The file that only our folder has; its directory is the folder. */
const GATE = /^gate\.[cm]?[jt]s$/;

/** Finds the folder of an earlier run among the files that the state records. */
export function authFolderOf(written: Record<string, string>): ExistingAuthFolder | undefined {
  const gate = Object.keys(written).find((file) => GATE.test(path.basename(file)));
  return gate === undefined ? undefined : { dir: path.dirname(gate), written };
}

/**
 * Where the generated code goes on a first run: `auth/` beside the entry, or `mcp-auth/` when the project keeps
 * something of its own there.
 * @param isTaken whether a path (relative to the root) exists already
 */
export function newAuthFolder(entry: string, isTaken: (path: string) => boolean): string {
  const beside = path.dirname(entry);
  const candidates = ['auth', 'mcp-auth', 'mcp-oauth'].map((name) => path.join(beside, name));
  return candidates.find((dir) => !isTaken(dir)) ?? path.join(beside, 'mcp-auth-generated');
}
