/** What was read of a Python project from its disk. */
export interface PythonSnapshot {
  kind: 'python';
  /** Absolute. The directory that was asked for, or the one member of a repository that holds an MCP server. */
  root: string;
  /** Path of `root` relative to the directory that was asked for; absent when they are the same. */
  subdir?: string;
  git: { inside: boolean; isDirty(path: string): boolean };
  /** The project's own name, normalised by nobody. */
  name?: string;
  /** Python files that matter, and what says how the server is started. Paths relative to the root, with `/`. */
  files: { path: string; text: string }[];
  /** The version of a package by lock file or pin, else as installed, else the range that the project asks for. */
  versionOf(name: string): string | undefined;
  /** The range of Python versions that the project asks for. */
  python?: string;
  manager: PythonManager;
}

/** What installs the dependencies of a Python project. */
export interface PythonManager {
  /** `script`: a single file that says itself what it needs (PEP 723). */
  name: 'uv' | 'poetry' | 'pdm' | 'pipenv' | 'pip' | 'script';
  /** Absolute: where the lock is; in a uv workspace the workspace's root. */
  root: string;
  /** Where dependencies are declared, relative to the snapshot's root; may lead out of it (`../pyproject.toml`). */
  manifest?: string;
  /** Relative to the manager's root. */
  lockFile?: string;
  /** The Python of the project's own environment, absolute. Never the one of the system. */
  interpreter?: string;
  /** Is anything installed in that environment? */
  hasInstalled: boolean;
}
