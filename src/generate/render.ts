import type { AuthSpec, Dependency, Language, ModuleStyle, ScopeMap } from '../types.ts';
import { listLiteral, recordLiteral } from './literals.ts';
import { importsOf, readTemplate, withImportExtension, type Variant } from './templates.ts';

export type Host =
  | 'express'
  | 'node-http'
  | 'fastify'
  | 'hono'
  | 'next'
  | 'fetch'
  | 'fastmcp'
  | 'mcp-framework'
  | 'mcp-use'
  | 'skybridge'
  | 'nest'
  | 'node-function'
  | 'workers'
  | 'hono-workers'
  | 'xmcp';

export interface AuthCodeInput {
  host: Host;
  language: Exclude<Language, 'python'>;
  module: ModuleStyle;
  environment: AuthSpec['environment'];
  scopes: ScopeMap;
  /** Modules that the server's source imports beside the host's own. */
  modules?: string[];
  /** The project's settings leave out the types of Node.js, which the code needs: it has to ask for them itself. */
  asksForNodeTypes?: boolean;
  isDeno?: boolean;
}

export interface GeneratedFile {
  /** File name inside the auth folder, e.g. `gate.ts`. */
  name: string;
  content: string;
}

/** One file of a program that says so loads them for all. */
const NODE_TYPES = '/// <reference types="node" />\n\n';

/** The template that a host's source imports from. */
const ENTRY: Record<Host, string> = {
  express: 'express',
  'node-http': 'node-http',
  fastify: 'fastify',
  hono: 'hono',
  next: 'fetch',
  fetch: 'fetch',
  fastmcp: 'fastmcp',
  'mcp-framework': 'mcp-framework',
  'mcp-use': 'mcp-use',
  skybridge: 'skybridge',
  nest: 'nest',
  'node-function': 'node-function',
  workers: 'workers',
  'hono-workers': 'hono',
  xmcp: 'xmcp',
};

/** Templates that are another on Cloudflare Workers; the project gets them under the same name. */
const OF_WORKERS = new Set(['hono', 'runtime', 'sessions']);

/** The template of `user` for frameworks that do not hand the caller on to tools as the SDK does. */
const USER: Partial<Record<Host, string>> = {
  fastmcp: 'user.caller',
  'mcp-framework': 'user.caller',
  'mcp-use': 'user.caller',
  nest: 'user.nest',
  xmcp: 'user.caller',
};

/** The template of `config` that fits the provider. */
const CONFIG: Record<AuthSpec['environment'], string> = {
  standard: 'config',
  auth0: 'config.auth0',
  supabase: 'config.supabase',
};

/**
 * The files of the auth folder: those that the host needs, in the language and module style of the project, sorted by
 * name. Pure but for reading the built templates.
 */
export function renderAuthCode(input: AuthCodeInput): GeneratedFile[] {
  const variant: Variant = input.language === 'typescript' ? 'ts' : input.module.format;
  const isWorker = runsOnWorkers(input.host);
  const read = (name: string): string => readTemplate(variant, templateOf(name, input));
  const extension = `${input.module.marker ?? ''}${variant === 'ts' ? 'ts' : 'js'}`;
  return [...namesFrom([ENTRY[input.host], 'user', ...(input.modules ?? [])], read)]
    .map((name) => {
      const text = name === 'scopes' ? fillScopes(read(name), input.scopes) : read(name);
      const reference = name === 'runtime' && variant === 'ts' && !isWorker && input.asksForNodeTypes ? NODE_TYPES : '';
      const content = reference + withImportExtension(text, input.module.importExtension);
      return { name: `${name}.${extension}`, content };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Is the server of this framework a Worker of Cloudflare's? */
export function runsOnWorkers(framework: string): boolean {
  return framework.endsWith('workers');
}

/** The template of a file: some are another for a provider or a host. */
function templateOf(name: string, { environment, host, isDeno }: AuthCodeInput): string {
  if (name === 'config') return CONFIG[environment];
  if (name === 'user') return USER[host] ?? name;
  if (isDeno && name === 'runtime') return 'runtime.deno';
  return runsOnWorkers(host) && OF_WORKERS.has(name) ? `${name}.workers` : name;
}

/** jose 6 is ESM only, and TypeScript before 5.8 refuses to `require` it. */
export function authDependencies({ module }: Pick<AuthCodeInput, 'language' | 'module'>): Dependency[] {
  return [{ name: 'jose', range: module.format === 'cjs' ? '^5' : '^6' }];
}

function namesFrom(start: string[], read: (name: string) => string): Set<string> {
  const names = new Set(start);
  // A Set hands out what is added while it is walked through.
  for (const name of names) for (const imported of importsOf(read(name))) names.add(imported);
  return names;
}

function fillScopes(text: string, { toolScopes, publicTools, baseScopes }: ScopeMap): string {
  return [
    ['TOOL_SCOPES', recordLiteral(toolScopes)] as const,
    ['PUBLIC_TOOLS', listLiteral(publicTools)] as const,
    ['BASE_SCOPES', listLiteral(baseScopes)] as const,
  ].reduce((filled, [name, literal]) => withValue(filled, name, literal), text);
}

/** Replaces the value of a constant in our own scopes template, where a statement ends with `;` at the end of a line. */
function withValue(text: string, name: string, literal: string): string {
  const start = text.indexOf('=', text.indexOf(`const ${name}`)) + 1;
  const end = text.indexOf(';\n', start);
  return `${text.slice(0, start)} ${literal}${text.slice(end)}`;
}
