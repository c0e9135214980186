import path from 'node:path/posix';

/** The generated code as the project has it now, told by the hashes in the state file. */
export interface ExistingAuthFolder {
  /** Relative to the project root. */
  dir: string;
  /** Path -> sha256 of what add-auth wrote. */
  written: Record<string, string>;
}

/** The file that only our folder has; its directory is the folder. */
const GATE = /^gate\.(?:[cm]?[jt]s|py)$/;

/** Finds the folder of an earlier run among the files that the state records. */
export function authFolderOf(written: Record<string, string>): ExistingAuthFolder | undefined {
  const gate = Object.keys(written).find((file) => GATE.test(path.basename(file)));
  return gate === undefined ? undefined : { dir: path.dirname(gate), written };
}
