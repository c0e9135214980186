/** What was read from the project's disk. Adapters get this and nothing else: no disk, no network, no terminal. */
export interface ProjectSnapshot {
  /**
   * Absolute path of the package that holds the MCP server: the directory that was asked for, or, where that is a
   * workspace root, the one member with an MCP server. Every path of the program is relative to it.
   */
  root: string;
  /** Path of `root` relative to the directory that was asked for, `''` when they are the same. */
  subdir?: string;
  /** Source files that matter, by path relative to the root with `/`: everything reachable that speaks MCP. */
  files: Map<string, string>;
  manifest: Manifest;
  /** Installed or locked version of a dependency, looked up from the project directory upwards. */
  versionOf(name: string): string | undefined;
  packageManager: PackageManager;
  /** The effective tsconfig that covers the source, if there is one (comments allowed in it). Path relative to root. */
  tsconfig?: { path: string; compilerOptions: Record<string, unknown> };
  /** `isDirty`: a tracked file with changes that are not committed. Outside git nothing is dirty. */
  git: { inside: boolean; isDirty(path: string): boolean };
}

export interface Manifest {
  path: string;
  text: string;
  name?: string;
  type: 'module' | 'commonjs';
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  /** All of dependencies, devDependencies and peerDependencies. */
  allDependencies: Record<string, string>;
  main?: string;
  bin: string[];
}

export interface PackageManager {
  name: 'npm' | 'pnpm' | 'yarn' | 'bun' | 'deno';
  /** Directory that holds the lock file: the workspace root, or the project itself. Absolute. */
  root: string;
  /** Lock file relative to `root`, if there is one. */
  lockFile?: string;
  /** Is there a `node_modules`? */
  hasInstalled?: boolean;
}
