/**
 * The vocabulary of the program. One `Plan` is built from what was read and answered; the preview renders it,
 * `--json` prints it, `apply` carries it out.
 */
import type { ManualStep } from './errors.ts';
import type { ProviderTarget } from './providers/types.ts';

export type Language = 'typescript' | 'javascript' | 'python';
export type Transport = 'streamable-http' | 'sse' | 'stdio';
export type AuthState = 'none' | 'add-auth' | 'other';

/** A tool that the server registers under a name known from its source. Lines count from 1. */
export interface Tool {
  name: string;
  file: string;
  line: number;
  annotations?: { readOnlyHint?: boolean; destructiveHint?: boolean };
}

/** A registration whose name cannot be known without running the program. It is reported, never guessed. */
export interface UnresolvedTool {
  file: string;
  line: number;
  /** The expression as it stands in the source. */
  expression: string;
  reason: string;
}

/** How the generated files must be written to fit in. */
export interface ModuleStyle {
  format: 'esm' | 'cjs';
  /** What relative imports of the generated files end in: `./x.js`, `./x.ts` or `./x`; `./x.mjs` … with a `marker`. */
  importExtension: '.js' | '.mjs' | '.cjs' | '.ts' | '.mts' | '.cts' | '';
  /** `.mjs`, `.cts` …: where the package's `type` says otherwise, the ending of a file has to tell its format. */
  marker?: 'm' | 'c';
}

/** What was found in the project. Paths are relative to its root, with `/`. */
export interface Detection {
  language: Language;
  /** Id of the server adapter: `express`, `node-http`, `fastify`, `hono`, `next`, `fetch`. */
  framework: string;
  /** The MCP package and its resolved version. */
  package: { name: string; version: string };
  transports: Transport[];
  entry: string;
  /** Path of the MCP endpoint, e.g. `/mcp`. */
  endpoint: string;
  /** Every path that leads to the MCP server, `endpoint` first (`/mcp`, `/sse`, `/messages`). */
  paths: string[];
  /** Port as found in the code, when it is. */
  port?: number;
  tools: Tool[];
  unresolvedTools: UnresolvedTool[];
  auth: AuthState;
  /** Evidence for `auth: 'other'`, one line, with file and line. */
  authEvidence?: string;
  module: ModuleStyle;
  /** Remarks for the person: shared transport, a hidden 2026-07-28 client, … */
  notes: string[];
}

/** One change of one file, decided and not yet done. Paths are relative to the project root, with `/`. */
export type Edit = { path: string; why: string } & (
  | { kind: 'create'; before: null; after: string; mode?: number }
  /** `imports`: generated modules that the host does not need and this change does. */
  | { kind: 'modify'; before: string; after: string; mode?: number; imports?: string[] }
  /** `stands`: the other edits are whole without this one; it is a step that a person does afterwards. */
  | { kind: 'skip'; reason: string; snippet: string; stands?: true }
);

/** A step at the provider, decided and not yet done. `have` and `want` show the difference in its own terms. */
export interface RemoteStep {
  /** `auth0.resource-server` */
  id: string;
  /** What it is about, for people: `API https://…`. */
  resource: string;
  verb: 'create' | 'update' | 'keep';
  summary: string;
  /** Its id at the provider, where it exists already. */
  ref?: string;
  want: Record<string, unknown>;
  have?: Record<string, unknown>;
  reversible: boolean;
  /** What it means for others: other applications of the tenant, tokens in use. */
  notice?: string;
}

/** What runs of add-auth did at the provider; kept in the state file, so no secrets. */
export interface RemoteRecord {
  verb: 'create' | 'update';
  /** Id at the provider. */
  ref: string;
  /** The settings before the first run that changed them, and after the last. Only of updates. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** Everything the generated server has to know about its authorization server. */
export interface AuthSpec {
  /** Byte-exact `issuer` of the authorization server's metadata. */
  issuer: string;
  /** The public URL of the MCP endpoint, byte-exact as clients type it. */
  resource: string;
  /** Expected `aud`. */
  audience: string;
  /** Which generated configuration fits: the environment names it reads, and how tokens of the provider look. */
  environment: 'standard' | 'auth0' | 'supabase';
}

export type ToolScopes = Record<string, string[]>;

/** The one scope map that metadata, gate and provider share. */
export interface ScopeMap {
  toolScopes: ToolScopes;
  publicTools: string[];
  /** What the first challenge asks for (RFC 6750 §3), a subset of the catalogue. */
  baseScopes: string[];
}

export interface EnvVar {
  name: string;
  value: string;
  /** A comment line written above the key, without `#`. */
  comment?: string;
  secret?: boolean;
  /** Its value is known only after the steps at the provider; a preview shows its name. */
  pending?: boolean;
}

/** A package the generated code needs, e.g. `{ name: 'jose', range: '^6' }`. */
export interface Dependency {
  name: string;
  range: string;
  dev?: boolean;
}

/** How people start a server. */
export interface StartCommand {
  start: string;
  /** To be run before, because `start` runs what was compiled: without it the server from before would run. */
  build?: string;
}

/** A short message that does not stop the run. */
export interface Warning {
  message: string;
  fix?: string;
}

export interface Plan {
  detection: Detection;
  /** `account`: what the state file remembers beside the issuer. */
  provider: { name: string; spec: AuthSpec; account: Omit<ProviderTarget, 'issuer'> & { wishes?: object } };
  scopes: ScopeMap;
  edits: Edit[];
  remote: RemoteStep[];
  dependencies: Dependency[];
  /** Who installs them; `isFirst`: nothing is installed yet, so it is the project's first full install. */
  installer?: { name: string; isFirst: boolean };
  env: EnvVar[];
  manual: ManualStep[];
  warnings: Warning[];
}
