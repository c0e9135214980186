import type { ExternalStep, FileChange } from '../apply/types.ts';
import type { Proof } from '../apply/proof.ts';
import type { ManualStep } from '../errors.ts';
import type { GeneratedFile } from '../generate/index.ts';
import type { EditInput } from '../servers/types.ts';
import type { AuthSpec, Dependency, Detection, Edit, ScopeMap, StartCommand } from '../types.ts';

/** A project on disk and what can be done with it in its language: all that commands need to know of one. */
export interface Project {
  /** Absolute path of what holds the MCP server; every path of the program is relative to it. */
  root: string;
  /** Path of `root` relative to the directory that was asked for, when they differ. */
  subdir?: string;
  git: { inside: boolean; isDirty(path: string): boolean };
  /** As its manifest names it. */
  name: string | undefined;
  packages: Packages;
  /** Whether a server that speaks stdio only can be given a Streamable HTTP side: see `DetectOptions`. */
  canAddHttp: boolean;
  /** @throws CliError see `detect` of src/servers */
  detect(options: DetectOptions): Promise<Server>;
  /** Files that would still import generated code once these changes are made, each as `importer -> module`. */
  importsLeftBehind(changes: readonly Pick<FileChange, 'path' | 'after'>[]): Promise<string[]>;
  /** Looks at the source before and after a run. */
  proof(): Proof;
}

export interface DetectOptions {
  /** `--entry`: relative to the project root or to the directory that was asked for, or absolute. */
  entry?: string | undefined;
  /** The state file says that add-auth has been here: what guards the server is our own gate. */
  isProtected: boolean;
  /** Takes a server that speaks stdio only for what it will be with HTTP beside it. */
  addHttp?: boolean;
}

/** The MCP server of a project, recognised, and the code that protects it. */
export interface Server {
  detection: Detection;
  /** What the generated code needs, whether or not the project has it already. */
  needs: Dependency[];
  /** What of the project's own dependencies has to stay below a version that would not run this code. */
  pins: Dependency[];
  /**
   * Where the generated code goes on a first run, relative to the root.
   * @throws CliError `unsupported-shape` when that place is taken
   */
  newAuthFolder(isTaken: (path: string) => boolean): string;
  /** What changes in the server's own source. Pure. */
  editSource(input: EditInput): Edit[];
  /** How people start it, once it is protected. */
  startCommand(): StartCommand;
  /** The generated files, sorted by name. Pure but for reading the built templates. */
  render(input: RenderInput): GeneratedFile[];
}

export interface RenderInput {
  environment: AuthSpec['environment'];
  scopes: ScopeMap;
  /** What changes in the source: it may import more than the host itself needs. */
  source: readonly Edit[];
  /** Paths of what earlier runs wrote. */
  written: readonly string[];
}

/** How a project declares and installs what it depends on. */
export interface Packages {
  /** `npm`, `uv`; `isFirst`: nothing is installed yet, so it would be the project's first full install. */
  installer: { name: string; isFirst: boolean };
  versionOf(name: string): string | undefined;
  /** Declares packages where the project does. Pure. */
  declare(server: Pick<Server, 'needs' | 'pins' | 'detection'>, read: (path: string) => string | undefined): Declared;
  /** @param added what the manifest did not declare before */
  install(added: readonly Dependency[]): Installation;
}

/** What declaring comes to. */
export interface Declared {
  files: { path: string; text: string }[];
  /** Not declared before. */
  added: Dependency[];
  /** Needed and not there, in a project that says nowhere what it needs. */
  unlisted: Dependency[];
  /** Declared in a range without a version that would do: a person has to decide. */
  unfit: { path: string; name: string; declared: string; wanted: string }[];
  /** What cannot be declared from here. */
  manual: ManualStep[];
}

export interface Installation {
  /** Absent where nothing may be installed without being asked, or nothing has to be. */
  step?: ExternalStep;
  /** What a person types to have it installed. */
  command: string;
}
