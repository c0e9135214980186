import path from 'node:path/posix';
import { isAsideFile } from '../../project/python/paths.ts';
import type { Detection, Transport } from '../../types.ts';
import { alreadyProtected } from '../auth-refusal.ts';
import { findPythonAuth } from './auth.ts';
import { calledName, keyword, keywords, positional, receiver } from './calls.ts';
import { chooseProgram, type Candidate } from './choose.ts';
import { Constants } from './constants.ts';
import { editTargets, type Targets } from './edit.ts';
import { Endpoints } from './endpoints.ts';
import type { Stray } from './host.ts';
import { notesOnOwnCalls } from './own-calls.ts';
import { PyGraph } from './graph.ts';
import { portOf, type Where } from './port.ts';
import { pythonProgram, type PyProgram } from './program.ts';
import { asksForHttp, type PythonProject } from './project.ts';
import {
  mentionsMcp,
  notAPythonMcpProject,
  notServedOverHttp,
  otherPythonFramework,
  pythonStdioOnly,
  unparsable,
} from './refusals.ts';
import { Servers, type PyServer } from './servers.ts';
import type { PythonStack } from './stack.ts';
import { findTools } from './tools.ts';
import { findWays } from './transports.ts';
import { packageOf, presentKind, stackOf } from './versions.ts';
import { openWidgets } from './widgets.ts';

export { editPython } from './edit.ts';
export type { PythonProject } from './project.ts';

/** What was recognised, as `editPython` wants it. */
export interface PythonMatch {
  project: PythonProject;
  program: PyProgram;
  graph: PyGraph;
  candidate: Candidate;
  strays: Stray[];
  targets: Targets;
}

export interface PythonDetected {
  detection: Detection;
  stack: PythonStack;
  /** Tools have pages for ChatGPT (OpenAI Apps SDK). */
  hasApps: boolean;
  match: PythonMatch;
}

export interface DetectPythonOptions {
  /** `--entry`, relative to the project root. */
  entry?: string;
  /** The state file says that add-auth has been here. */
  isProtected: boolean;
}

/**
 * Finds out what kind of MCP server a Python project is. Pure: everything it looks at is in `project`.
 * @throws CliError `not-an-mcp-project`, `unsupported-version`, `unsupported-shape`, `stdio-only`, `entry-not-found`,
 *   `ambiguous-entry`, `unparsable-source`, `already-protected`
 */
export async function detectPython(project: PythonProject, options: DetectPythonOptions): Promise<PythonDetected> {
  const files = project.files.filter((file) => !isGenerated(file.path));
  const program = await pythonProgram(files);
  const constants = new Constants(program);
  const servers = new Servers(program, (kinds) => presentKind(kinds, project));
  const ways = findWays(program, servers, constants);
  const endpoints = new Endpoints(program, servers, constants, ways);
  const graph = new PyGraph(program);
  const children = mounted(program, servers, constants);
  const isInner = (server: PyServer): boolean => children.some(({ child }) => child === server);
  const isServed = (server: PyServer): boolean =>
    ways.some((way) => way.transport !== 'stdio' && way.servers.includes(server));
  const outer = [
    ...servers.all.filter((server) => !isInner(server)),
    ...servers.all.filter((server) => isInner(server) && isServed(server)),
  ];
  checkEntry(program, options.entry);
  const found = { project, program, graph, servers: outer, ways, hosts: endpoints.hosts };
  const candidate = chooseProgram(found, options.entry);
  if (!candidate) throw noServer(project, program, servers);
  const transports = transportsOf(candidate, project);
  if (transports.length === 0) throw notServedOverHttp();
  if (transports.every((transport) => transport === 'stdio')) throw pythonStdioOnly(candidate.servers, candidate.ways);
  const served = httpServers(candidate);
  const [main] = served;
  if (!main) throw notServedOverHttp();
  for (const source of [main.source, ...candidate.hosts.map((host) => host.source)])
    if (source.tree.errorLine !== undefined) throw unparsable(source.path, source.tree.errorLine);
  const targets = editTargets(program, candidate, served);
  const isOurs = options.isProtected || usesPackage(program);
  const evidence = isOurs ? undefined : findPythonAuth({ program, servers, constants }, served, candidate.sources);
  if (evidence) throw alreadyProtected(evidence);

  const stack = stackOf(main, project);
  const paths = pathsOf(candidate);
  const port = portOf(candidate, main, { program, servers, constants });
  const { tools, unresolved } = toolsOf({ program, servers, constants }, candidate, children);
  const detection: Detection = {
    language: 'python',
    framework: main.kind === 'fastmcp' || main.kind === 'fastapps' ? main.kind : 'python-sdk',
    package: packageOf(main, project),
    transports,
    entry: targets.entry,
    endpoint: paths[0] ?? '/mcp',
    paths,
    ...(port === undefined ? {} : { port }),
    tools,
    unresolvedTools: unresolved,
    auth: isOurs ? 'add-auth' : 'none',
    module: { format: 'esm', importExtension: '' },
    notes: [...notesOf(main, program, constants), ...notesOnOwnCalls(servers, candidate.sources)],
  };
  const strays = endpoints.strays.filter((stray) => candidate.sources.includes(stray.source));
  const hasApps = candidate.sources.some(({ text }) => APPS.some((word) => text.includes(word)));
  return { detection, stack, hasApps, match: { project, program, graph, candidate, strays, targets } };
}

/** In the `meta` of a tool: the page that its results are shown in. */
const APPS = ['openai/outputTemplate', 'resourceUri'];

/** The package that add-auth generates is no part of the program that it looks at. */
function isGenerated(file: string): boolean {
  return path.dirname(file).split('/').includes('mcp_auth');
}

function checkEntry(program: PyProgram, entry: string | undefined): void {
  const source = entry === undefined ? undefined : program.source(entry);
  if (source?.tree.errorLine !== undefined) throw unparsable(source.path, source.tree.errorLine);
}

/** A file that is broken may hold the server that was not found. */
function noServer(project: PythonProject, program: PyProgram, servers: Servers): Error {
  const broken = program.sources.find(
    (source) => source.tree.errorLine !== undefined && !isAsideFile(source.path) && mentionsMcp(source.text),
  );
  if (servers.all.length === 0 && broken?.tree.errorLine !== undefined)
    return unparsable(broken.path, broken.tree.errorLine);
  return servers.all.length === 0
    ? (otherPythonFramework(program) ?? notAPythonMcpProject(project))
    : notServedOverHttp();
}

interface Mounted {
  parent: PyServer;
  child: PyServer;
  prefix: string;
}

/** `main.mount(sub, prefix="x")`, `main.import_server("x", sub)`: the tools of `sub` are `x_tool` of `main`. */
function mounted(program: PyProgram, servers: Servers, constants: Constants): Mounted[] {
  return program.sources.flatMap(({ calls }) =>
    calls.flatMap((call): Mounted[] => {
      const object = receiver(call);
      if (!object || !['mount', 'import_server'].includes(calledName(call) ?? '')) return [];
      const parents = servers.of(object);
      const given = [...positional(call), ...keywords(call).map(([, value]) => value)];
      const inner = parents.length > 0 ? given.flatMap((each) => servers.of(each)) : [];
      const prefixNode =
        keyword(call, 'prefix') ??
        keyword(call, 'namespace') ??
        positional(call).find((each) => each.type === 'string');
      const prefix = constants.string(prefixNode) ?? '';
      return parents.flatMap((parent) =>
        inner.flatMap((child) => (child === parent ? [] : [{ parent, child, prefix }])),
      );
    }),
  );
}

function transportsOf({ ways, hosts }: Candidate, project: PythonProject): Transport[] {
  const order: Transport[] = ['streamable-http', 'sse', 'stdio'];
  const seen = [
    ...ways.map(({ transport }) => transport),
    ...hosts.flatMap((h) => h.endpoints.map((e) => e.transport)),
  ];
  // Without any call that starts it, `fastmcp run` or `mcp run` does, over whichever transport it is told to.
  if (seen.length === 0 || asksForHttp(project)) seen.push('streamable-http', 'stdio');
  return order.filter((transport) => seen.includes(transport));
}

/** The servers of a program that are reached over HTTP. One that nothing here starts is taken to be. */
function httpServers({ servers, ways, hosts }: Candidate): PyServer[] {
  const ofHosts = hosts.flatMap(({ endpoints }) => endpoints.flatMap((endpoint) => endpoint.servers));
  const withHttp = servers.filter((server) => {
    const own = ways.filter((way) => way.servers.includes(server));
    return ofHosts.includes(server) || own.some(({ transport }) => transport !== 'stdio');
  });
  if (withHttp.length > 0) return withHttp;
  const idle = servers.filter((server) => server.kind !== 'lowlevel');
  return idle.length > 0 ? idle : hosts.length > 0 ? servers : [];
}

/** Every path to MCP as clients type it, Streamable HTTP first. */
function pathsOf({ ways, hosts }: Candidate): string[] {
  const outer = hosts.filter((host) => host.isInner !== true).flatMap((host) => host.endpoints);
  const own = outer.length > 0 && ways.every((way) => way.isApp || way.transport === 'stdio') ? [] : ways;
  const ranked: [number, string][] = [
    ...outer.map(({ path: each, transport, isMessages }): [number, string] => [
      transport === 'streamable-http' ? 0 : isMessages ? 2 : 1,
      each,
    ]),
    ...own.flatMap(({ transport, paths }) =>
      paths.map((each, index): [number, string] => [transport === 'streamable-http' ? 0 : index === 0 ? 1 : 2, each]),
    ),
  ];
  const all = [...new Set(ranked.sort(([a], [b]) => a - b).map(([, each]) => each))];
  return all.length > 0 ? all : ['/mcp'];
}

function toolsOf(
  where: Where,
  candidate: Candidate,
  children: Mounted[],
): { tools: Detection['tools']; unresolved: Detection['unresolvedTools'] } {
  const { program, servers, constants } = where;
  const all = findTools(program, servers, constants);
  const own = withChildren(candidate.servers, children);
  const isOwn = (file: string, theirs: PyServer[]): string[] => {
    const prefixes = own.filter(({ server }) => theirs.includes(server)).map(({ prefix }) => prefix);
    if (prefixes.length > 0) return prefixes;
    return theirs.length === 0 && !isAsideFile(file) ? [''] : [];
  };
  const tools = all.tools.flatMap(({ tool, servers: theirs }) =>
    isOwn(tool.file, theirs).map((prefix) => (prefix === '' ? tool : { ...tool, name: `${prefix}_${tool.name}` })),
  );
  const names = new Set<string>();
  return {
    tools: tools.filter(({ name }) => !names.has(name) && names.add(name)),
    unresolved: all.unresolved.flatMap(({ tool, servers: theirs }) =>
      isOwn(tool.file, theirs).length > 0 ? [tool] : [],
    ),
  };
}

function withChildren(servers: PyServer[], children: Mounted[]): { server: PyServer; prefix: string }[] {
  const all = servers.map((server) => ({ server, prefix: '' }));
  for (const each of all) {
    for (const { parent, child, prefix } of children) {
      const whole = [each.prefix, prefix].filter((part) => part !== '').join('_');
      if (
        parent === each.server &&
        !all.some((known) => known.server === child && known.prefix === whole) &&
        all.length < 200
      )
        all.push({ server: child, prefix: whole });
    }
  }
  return all;
}

/** Does the code call the generated package? */
function usesPackage(program: PyProgram): boolean {
  return program.sources.some(({ tree }) =>
    [...tree.root.below()].some(
      (node) =>
        node.type === 'import_from_statement' && node.child('module_name')?.text.split('.').at(-1) === 'mcp_auth',
    ),
  );
}

function notesOf(main: PyServer, program: PyProgram, constants: Constants): string[] {
  if (main.kind !== 'fastapps') return [];
  const open = openWidgets(program, constants);
  if (open.length === 0) return [];
  return [
    `@no_auth leaves ${open.join(', ')} open to everybody only if the scope map does, too: ${open.map((name) => `--public ${name}`).join(' ')}`,
  ];
}
