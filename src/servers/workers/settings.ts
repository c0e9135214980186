import path from 'node:path/posix';
import { findNodeAtLocation, getNodeValue, type Node as JsonNode } from 'jsonc-parser';
import { insertProperty, jsonIndent, jsonRoot, setJsonProperty, split } from '../../edit/json.ts';
import { splice } from '../../edit/text.ts';
import { readToml, setInTable } from '../../edit/toml.ts';
import { isRecord } from '../../is-record.ts';
import type { Edit, EnvVar } from '../../types.ts';

/** Where `wrangler dev` takes settings from: beside it, `.env` is not read. */
const DEV_VARS = '.dev.vars';

/**
 * The file with the settings of the machine at hand, in the format of `.env`.
 * @param written paths of the generated files, as the state file records them, or as a first run plans them
 */
export function settingsFileOf(written: Iterable<string>): '.env' | '.dev.vars' {
  const isWorker = [...written].some((file) => /^agents\.[cm]?[jt]s$/.test(path.basename(file)));
  return isWorker ? DEV_VARS : '.env';
}

/** In the order in which wrangler looks for its configuration. */
const CONFIGURATIONS = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'];
const WHY = 'settings of the deployed Worker';

export interface VarsInput {
  /** Reads a file of the project (path relative to the root), `undefined` when it is not there. */
  read(path: string): string | undefined;
  env: readonly EnvVar[];
  /** Names that add-auth has written before: their values may be replaced. */
  owned?: readonly string[];
  /** The public URL of the MCP endpoint. */
  resource: string;
}

/**
 * What a deployed Worker has to know, in `vars` of the wrangler configuration: none of it is secret. As long as the server
 * is for this machine only, `.dev.vars` is enough and nothing is done.
 * @returns one edit, or the step that is left to a person; none when everything is there
 */
export function planVars({ read, env, owned = [], resource }: VarsInput): Edit[] {
  const { protocol } = new URL(resource);
  const wanted = Object.fromEntries(env.filter(({ secret }) => !secret).map(({ name, value }) => [name, value]));
  if (protocol !== 'https:' || Object.keys(wanted).length === 0) return [];
  const file = CONFIGURATIONS.find((name) => read(name) !== undefined);
  const before = file === undefined ? undefined : read(file);
  if (file === undefined || before === undefined)
    return [left('wrangler.jsonc', 'There is no wrangler configuration', wanted)];
  const config = file.endsWith('.toml') ? readToml(before) : readJson(before);
  if (!config) return [left(file, `${file} cannot be read`, wanted)];
  const vars = isRecord(config['vars']) ? config['vars'] : {};
  const missing = Object.entries(wanted).filter(([name, value]) => vars[name] !== value);
  if (missing.length === 0) return [];
  const foreign = missing.find(([name]) => vars[name] !== undefined && !owned.includes(name));
  if (foreign) return [left(file, `${file} sets ${foreign[0]} to something else`, wanted)];
  // `vars` are not inherited by named environments, and which of them is deployed only a person knows.
  if (isRecord(config['env'])) return [left(file, `${file} has environments of its own`, wanted)];
  const values = Object.fromEntries(missing);
  const after = file.endsWith('.toml') ? setInTable(before, ['vars'], values) : setJsonVars(before, values);
  if (after === undefined) return [left(file, `vars of ${file} are written in a form of their own`, wanted)];
  return [{ kind: 'modify', path: file, before, after, why: WHY }];
}

function readJson(text: string): Record<string, unknown> | undefined {
  const root = jsonRoot(text);
  const value: unknown = root && getNodeValue(root);
  return isRecord(value) ? value : undefined;
}

function setJsonVars(text: string, values: Record<string, string>): string | undefined {
  const vars = varsOf(text);
  if (!vars) return setJsonProperty(text, 'vars', values);
  if (vars.type !== 'object') return undefined;
  return Object.entries(values).reduce<string>((result, [name, value]) => setVar(result, name, value), text);
}

function setVar(text: string, name: string, value: string): string {
  const { json, bom } = split(text);
  const vars = varsOf(text);
  if (!vars) return text;
  const present = findNodeAtLocation(vars, [name]);
  if (present) return bom + splice(json, present.offset, present.offset + present.length, JSON.stringify(value));
  const indent = jsonIndent(text);
  const property = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  const style = { indent: indent.repeat(2), closing: indent };
  return bom + insertProperty(json, vars, property, vars.children?.length ?? 0, style);
}

function varsOf(text: string): JsonNode | undefined {
  const root = jsonRoot(text);
  return root && findNodeAtLocation(root, ['vars']);
}

/** The code is whole without it; a deployed Worker is not. */
function left(file: string, problem: string, values: Record<string, string>): Edit {
  const snippet = file.endsWith('.toml')
    ? ['[vars]', ...Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)].join('\n')
    : `"vars": ${JSON.stringify(values, null, 2)}`;
  return {
    kind: 'skip',
    path: file,
    why: WHY,
    reason: `${problem}: give the Worker these variables yourself before you deploy it.`,
    snippet,
    stands: true,
  };
}
