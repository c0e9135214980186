import path from 'node:path/posix';
import { hashOf } from '../apply/hash.ts';
import { updateScopeMap, type GeneratedFile } from '../generate/index.ts';
import type { Edit, ScopeMap, Warning } from '../types.ts';
import { isEmptyChange, type ScopeMapChange } from './scope-map.ts';

export interface AuthFilesInput {
  /** As they are generated today. */
  files: GeneratedFile[];
  scopes: ScopeMap;
  change: ScopeMapChange;
  authDir: string;
  /** Path -> sha256 of what an earlier run wrote; empty on the first. */
  written: Record<string, string>;
  /** Reads a file of the project (path relative to the root), `undefined` when it is not there. */
  read(path: string): string | undefined;
}

/**
 * The generated files as edits: new ones are created, ours are brought up to date, and one that people have edited
 * stays as it is (the scope map alone gets its new entries spliced in).
 */
export async function planAuthFiles(input: AuthFilesInput): Promise<{ edits: Edit[]; warnings: Warning[] }> {
  const edits: Edit[] = [];
  const warnings: Warning[] = [];
  for (const file of input.files) {
    const target = path.join(input.authDir, file.name);
    const before = input.read(target);
    if (before === undefined) {
      edits.push({ kind: 'create', path: target, before: null, after: file.content, why: purpose(file.name) });
      continue;
    }
    const after = isScopeMap(file.name) ? await updatedScopeMap(target, before, input) : file.content;
    if (after === before) continue;
    const isOurs = input.written[target] === hashOf(Buffer.from(before));
    if (isScopeMap(file.name) || isOurs) {
      edits.push({ kind: 'modify', path: target, before, after, why: purpose(file.name) });
    } else {
      warnings.push({
        message: `${target} was edited by hand and is left as it is.`,
        fix: `To take the current version, delete it and run add-auth again.`,
      });
    }
  }
  return { edits, warnings };
}

/** Is this the name of the scope map's file, in any language and format? */
export function isScopeMap(name: string): boolean {
  return /^scopes\.(?:[cm]?[jt]s|py)$/.test(name);
}

/** The scope map among the files that the state records. */
export function scopeMapFileOf(written: Record<string, string>): string | undefined {
  return Object.keys(written).find((file) => isScopeMap(path.basename(file)));
}

async function updatedScopeMap(file: string, before: string, { scopes, change }: AuthFilesInput): Promise<string> {
  return isEmptyChange(change) ? before : updateScopeMap(file, before, scopes, change);
}

/** By the name of the file, without its ending and with `-` for `_`. */
const PURPOSES: Record<string, string> = {
  '--init--': 'what the server imports',
  admitted: 'stops what comes around the gate',
  agents: 'what agents of Cloudflare are told',
  announce: 'says in tools/list which scopes each tool needs',
  answers: 'refusals, challenges, metadata, CORS',
  apps: 'says in tools/list which scopes each tool needs',
  audit: 'one line for each decision',
  'auth-info': 'what is known of a caller',
  caller: 'the user of the request at work',
  config: 'the settings',
  environment: 'reads and checks the variables of the settings',
  'event-store': 'keeps events for clients that come back apart by session',
  fastapps: 'gives widgets the user',
  gate: 'the decision on each request',
  'host-check': 'lets the public host name pass the check of the SDK',
  messages: 'what a JSON-RPC body asks for',
  middleware: 'the gate for ASGI requests',
  node: 'the gate for requests of node:http',
  'node-body': 'reads a body and puts it back',
  'node-response': 'CORS and session ids of answers',
  rules: 'what each method and tool needs',
  scopes: 'the scope map: which tool needs which scopes (edit this one)',
  sessions: 'binds sessions to users',
  runtime: 'what the platform gives',
  'signing-keys': 'the public keys of the issuer',
  user: 'the user, for tool handlers',
  verifier: 'verifies tokens',
};

function purpose(name: string): string {
  return PURPOSES[(name.split('.')[0] ?? '').replaceAll('_', '-')] ?? 'hangs the gate into the server';
}
