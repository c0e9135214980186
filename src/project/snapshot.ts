/** What was read from the project's disk. Adapters get this and nothing else: no disk, no network, no terminal. */
export interface ProjectSnapshot {
  /** Absolute path of the project directory. */
  root: string;
  /** Source files that matter, by path relative to the root with `/`: everything reachable that speaks MCP. */
  files: Map<string, string>;
  manifest: Manifest;
  /** Installed or locked version of a dependency, looked up from the project directory upwards. */
  versionOf(name: string): string | undefined;
  packageManager: PackageManager;
  /** The effective tsconfig that covers the source, if there is one (comments allowed in it). */
  tsconfig?: { path: string; compilerOptions: Record<string, unknown> };
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
}
