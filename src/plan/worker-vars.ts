import { findNodeAtLocation, getNodeValue, type Node as JsonNode } from 'jsonc-parser';
import { insertProperty, jsonIndent, jsonRoot, setJsonProperty, split } from '../edit/json.ts';
import { splice } from '../edit/text.ts';
import { readToml, setInTable } from '../edit/toml.ts';
import { isRecord } from '../is-record.ts';
import type { ProjectReader } from '../project/read.ts';
import { WRANGLER_FILES } from '../project/settings-file.ts';
import { SERVER_VARIABLES } from '../providers/standard.ts';
import type { Edit, EnvVar } from '../types.ts';

const WHY = 'settings of the deployed Worker';

interface PlannedVars {
  /** One edit, or the step that is left to a person; none when everything is there. */
  edits: Edit[];
  /** Names that are written now or were before. */
  names: string[];
}

/**
 * What a deployed Worker has to know, in `vars` of the wrangler configuration: none of it is secret. As long as the server
 * is for this machine only, the settings of this machine are enough and nothing is done.
 * https://developers.cloudflare.com/workers/configuration/environment-variables/
 * @param env what a run sets
 * @param resource the public URL of the MCP endpoint
 * @param owned names that add-auth has written there before: their values may be replaced
 */
export function planVars(
  env: readonly EnvVar[],
  resource: string,
  { reader, owned = [] }: { reader: Pick<ProjectReader, 'text'>; owned?: readonly string[] | undefined },
): PlannedVars {
  const read = env.filter(({ name, secret, pending }) => SERVER_VARIABLES.includes(name) && !secret && !pending);
  const wanted = Object.fromEntries(read.map(({ name, value }) => [name, value]));
  const isDeployed = new URL(resource).protocol === 'https:';
  const file = WRANGLER_FILES.find((name) => reader.text(name) !== undefined) ?? 'wrangler.jsonc';
  const before = reader.text(file);
  const config = before === undefined ? undefined : readConfiguration(file, before);
  const vars = isRecord(config?.['vars']) ? config['vars'] : {};
  const missing = Object.entries(wanted).filter(([name, value]) => vars[name] !== value);
  const isNeeded = isDeployed || (config && isClosed(config, Object.keys(wanted)));
  if (!isNeeded || missing.length === 0) return { edits: [], names: [...owned] };
  const isTaken = (name: string): boolean => vars[name] !== undefined && !owned.includes(name);
  const problem = problemOf(file, before, config, { isDeployed, taken: missing.map(([name]) => name).find(isTaken) });
  const values = Object.fromEntries(missing);
  const after = problem === undefined && before !== undefined ? setVars(file, before, values) : undefined;
  if (before === undefined || after === undefined) {
    const reason = problem ?? `vars of ${file} are written in a form of their own`;
    return { edits: [left(file, reason, wanted)], names: [...owned] };
  }
  const edit: Edit = { kind: 'modify', path: file, before, after, why: WHY };
  return { edits: [edit], names: [...new Set([...owned, ...Object.keys(values)])] };
}

/** What keeps us from writing there. @param taken a variable that somebody has set to something else */
function problemOf(
  file: string,
  text: string | undefined,
  config: Record<string, unknown> | undefined,
  { isDeployed, taken }: { isDeployed: boolean; taken: string | undefined },
): string | undefined {
  if (text === undefined) return 'There is no wrangler configuration';
  if (!config) return `${file} cannot be read`;
  if (taken !== undefined) return `${file} sets ${taken} to something else`;
  // `vars` are not inherited by named environments, and which of them is deployed only a person knows.
  if (isRecord(config['env'])) return `${file} has environments of its own`;
  // An address of this machine has no place in what is deployed.
  return isDeployed ? undefined : `${file} lists its secrets, and wrangler takes no others from .dev.vars`;
}

/** With `secrets` in a configuration, wrangler takes only what is listed there from the settings of this machine. */
function isClosed({ secrets }: Record<string, unknown>, names: string[]): boolean {
  const listed: unknown = isRecord(secrets) ? (secrets['required'] ?? []) : undefined;
  return Array.isArray(listed) && !names.every((name) => listed.includes(name));
}

function readConfiguration(file: string, text: string): Record<string, unknown> | undefined {
  return file.endsWith('.toml') ? readToml(text) : readJson(text);
}

function setVars(file: string, text: string, values: Record<string, string>): string | undefined {
  return file.endsWith('.toml') ? setInTable(text, ['vars'], values) : setJsonVars(text, values);
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
    reason: `${problem}: give the Worker these variables yourself.`,
    snippet,
    stands: true,
  };
}
