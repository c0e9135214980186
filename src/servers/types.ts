import type { CliError } from '../errors.ts';
import type { Edit, ScopeMap, Transport } from '../types.ts';
import type { AuthEvidence } from './auth-refusal.ts';
import type { CodeModel } from './model.ts';

/** What an adapter has recognised. `handle` is the adapter's own and is passed back to `edit`. */
export interface Match<Handle = unknown> {
  /** File that has to be rewritten, relative to the project root. */
  entry: string;
  /** Other files that are rewritten with it although the program of the entry does not import them: routes of one app. */
  beside?: string[];
  /** Every path that leads to the MCP server, the Streamable HTTP endpoint first. */
  paths: string[];
  transports: Transport[];
  port?: number;
  /** How sure: 2 = app, route and MCP transport are seen together, 1 = pieced together over files. */
  confidence: 1 | 2;
  notes: string[];
  handle: Handle;
}

/** What `edit` needs to know beyond the code. */
export interface EditInput {
  /** Directory of the generated code relative to the project root, e.g. `src/auth`. */
  authDir: string;
  /** Public URL of the MCP endpoint. */
  resource: string;
  scopes: ScopeMap;
}

/**
 * One HTTP framework. `recognise` looks for the place where requests reach the MCP transport; `edit` says how the gate
 * is hung in there. Both are pure. A shape that is seen but not understood is an edit of kind `skip` with the snippet.
 */
export interface ServerAdapter<Handle = unknown> {
  /** `express`, `node-http`, `fastify`, `hono`, `next`, `fetch`. */
  id: string;
  /** One match for each file that could be the entry. */
  recognise(model: CodeModel): Match<Handle>[];
  edit(model: CodeModel, match: Match<Handle>, input: EditInput): Edit[];
  /** The login that the framework brings, where the project uses it. */
  ownAuth?(model: CodeModel): AuthEvidence | undefined;
  /** Why a project that uses the framework is left alone, where nothing was recognised. */
  refuse?(model: CodeModel): CliError | undefined;
}
