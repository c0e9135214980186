import type { AuthSpec, Edit, EnvVar, RemoteRecord, RemoteStep, ScopeMap, Warning } from '../types.ts';
import type { ManualStep } from '../errors.ts';
import type { Prompts } from '../ui/index.ts';

/** Where the authorization server is, by the option that says so (`--domain`, `--issuer`, …). */
export interface ProviderTarget {
  issuer?: string;
  domain?: string;
  project?: string;
  tenant?: string;
  region?: string;
  userPool?: string;
  realm?: string;
}

/** The parts of a target that can be asked for. */
export type TargetQuestion = keyof ProviderTarget;

/** What people may want beside the defaults. */
export interface ProviderWishes {
  /** `--connection NAME`: the login methods to open to MCP clients; `undefined`: ask, or all that are in use. */
  connections?: string[];
  /** `--rbac`: what a user may do comes from roles. */
  rbac: boolean;
  /** Not `--no-test-client`: a client for `add-auth token`. */
  testClient: boolean;
  /** `--callback URL`: a client for those that cannot register themselves. */
  callbacks: string[];
  /** `--rotate-keys`: signing keys may be changed, which touches live tokens. */
  rotateKeys: boolean;
  /** `--create-realm`: a realm that is not there may be made. */
  createRealm: boolean;
}

export const NO_WISHES: ProviderWishes = {
  rbac: false,
  testClient: true,
  callbacks: [],
  rotateKeys: false,
  createRealm: false,
};

export interface ProviderInput {
  resource: string;
  scopes: ScopeMap;
  audience?: string;
  /** `--no-provision`: do not talk to the authorization server. */
  provision: boolean;
  wishes: ProviderWishes;
  /** What earlier runs did at the provider, by step. */
  recorded: Readonly<Record<string, RemoteRecord>>;
  /** A value of the project's settings (`.env`) as it is now. */
  env(name: string): string | undefined;
  /** Whether a file of the project exists; relative path with `/`. */
  exists(path: string): boolean;
  /** For providers that need files in the project. Absent where nothing is going to be written. */
  files?: ProjectFiles;
}

/** The files of a project, by relative path with `/`. */
export interface ProjectFiles {
  /** `undefined` when there is no such file. */
  read(path: string): string | undefined;
  /** The first of the sources and pages that contains one of the words. */
  findText(words: readonly string[]): Promise<string | undefined>;
}

/** What a provider answers once it has looked: the facts for the generated server, and what is to be done. */
export interface ProviderFindings {
  spec: AuthSpec;
  env: EnvVar[];
  remote: RemoteStep[];
  warnings: Warning[];
  /** Files for the project beside the server's own (a consent page). */
  files?: Edit[];
  /** What only a person can do; the run ends with exit 3 then. */
  manual?: ManualStep[];
  /** Ids that people type into their MCP clients, by the client's name. */
  clientIds?: Readonly<Record<string, string>>;
  /** What the person answered when asked, as the options that say the same. */
  wishes?: Partial<ProviderWishes>;
}

/** The person at the keyboard, where there is one. */
export interface ProviderIo {
  interactive: boolean;
  ask: Prompts;
  warn(message: string, fix?: string): void;
}

/** What came of a step: the id at the provider, and what only now can be known for `.env` and for people. */
export interface Applied {
  ref: string;
  env?: EnvVar[];
  /** In place of the step that `look` has described with the same words, before the ids were known. */
  manual?: ManualStep[];
}

/** `left`: somebody changed it since, or it cannot be taken back; the message says which. */
export interface Reverted {
  outcome: 'deleted' | 'restored' | 'gone' | 'left';
  message: string;
}

/** One run's dealings with one authorization server. Credentials are looked for with the first request. */
export interface Connection {
  /** Reads (never writes) and says what would have to be done. Throws CliError when the provider cannot be used. */
  look(input: ProviderInput): Promise<ProviderFindings>;
  /**
   * Carries out one step.
   * @param mayBeDone a run died while this step was under way: look for its result before creating it again
   * @throws CliError `provider-refused`
   */
  apply?(step: RemoteStep, context: { mayBeDone: boolean }): Promise<Applied>;
  /** Takes back what a run did, unless somebody changed it since. @throws CliError `provider-refused` */
  revert?(id: string, record: RemoteRecord): Promise<Reverted>;
}

export interface Provider {
  id: string;
  /** One line for the prompt. */
  label: string;
  hint: string;
  /** Options that must be given (or asked for). */
  needs: readonly TargetQuestion[];
  /** Options that answer what is needed by themselves. */
  instead?: readonly TargetQuestion[];
  /** Options that may be given. */
  takes?: readonly TargetQuestion[];
  /** How to ask for a part of the target, where the general question does not fit. */
  questions?: Partial<Record<TargetQuestion, { message: string; placeholder?: string }>>;
  /** Asks for parts of the target that can be listed to choose from, before they are asked for one by one. */
  find?(target: ProviderTarget, io: ProviderIo): Promise<ProviderTarget>;
  /**
   * The one spelling of a target that can be given in several ways; the account is known by it.
   * @throws CliError `missing-answer`, `invalid-option`, `invalid-url`
   */
  normalise?(target: ProviderTarget): ProviderTarget;
  /** The same provider as it is at this target, where targets differ in what they can do. */
  at?(target: ProviderTarget): Provider;
  /** Whether it can issue scopes of our own; if not, tools ask for a logged-in user unless told otherwise. */
  issuesScopes: boolean;
  /** A client may only ever ask for the scopes that it named when it registered, so it has to be told of all at first. */
  fixesScopes?: true;
  /** No client can register itself, so people type the id of one that was made for it. */
  typesClientIds?: true;
  /** Sends nothing yet. @throws CliError `invalid-option`, `invalid-url` for a target that cannot be */
  connect(target: ProviderTarget, io: ProviderIo): Connection;
}
