import path from 'node:path/posix';
import { CliError } from '../../errors.ts';
import { isAsideFile } from '../../project/python/paths.ts';
import type { Host } from './host.ts';
import type { PyGraph } from './graph.ts';
import type { PyProgram, PySource } from './program.ts';
import { startedModules, type PythonProject } from './project.ts';
import type { PyServer } from './servers.ts';
import type { Way } from './transports.ts';

/** What one file starts, with all that it imports. */
export interface Candidate {
  root: PySource;
  sources: PySource[];
  servers: PyServer[];
  ways: Way[];
  hosts: Host[];
  isHttp: boolean;
}

export interface Found {
  project: PythonProject;
  program: PyProgram;
  graph: PyGraph;
  /** Without those that are only mounted into another. */
  servers: PyServer[];
  ways: Way[];
  hosts: Host[];
}

const USUAL = ['__main__', 'server', 'main', 'app', 'mcp_server', 'run', 'cli'];

/**
 * Chooses the program that is meant.
 * @param entry `--entry`, relative to the project root: a file that starts the server or one that it imports
 * @throws CliError `entry-not-found`, or `ambiguous-entry` when several are equally likely
 */
export function chooseProgram(found: Found, entry: string | undefined): Candidate | undefined {
  const roots = entry === undefined ? rootsOf(found) : [entrySource(found, entry)];
  const candidates = roots.map((root) => candidateOf(found, root)).filter(({ servers }) => servers.length > 0);
  const started = startedModules(found.project);
  const ranked = candidates
    .map((candidate) => ({ candidate, rank: rankOf(candidate, started) }))
    .sort((a, b) => compare(b.rank, a.rank));
  const [best] = ranked;
  if (!best) return undefined;
  const equal = ranked.filter(({ rank }) => compare(rank, best.rank) === 0).map(({ candidate }) => candidate);
  const widest = equal.reduce((a, b) => (b.servers.length > a.servers.length ? b : a), best.candidate);
  if (!equal.every((each) => each.servers.every((server) => widest.servers.includes(server)))) throw ambiguous(equal);
  return widest;
}

/** Files that no other file imports; where all import each other, every file with a server. */
function rootsOf({ program, graph, servers }: Found): PySource[] {
  const imported = new Set<PySource>();
  for (const source of program.sources) {
    if (isAsideFile(source.path)) continue;
    for (const target of graph.reachableFrom(source)) if (target !== source) imported.add(target);
  }
  const roots = program.sources.filter((source) => !imported.has(source));
  const reached = new Set(roots.flatMap((root) => [...graph.reachableFrom(root)]));
  return [...roots, ...servers.map(({ source }) => source).filter((source) => !reached.has(source))];
}

function candidateOf({ graph, servers, ways, hosts }: Found, root: PySource): Candidate {
  const reached = graph.reachableFrom(root);
  const own = servers.filter((server) => reached.has(server.source));
  const theirs = ways.filter((way) => reached.has(way.source) && way.servers.some((server) => own.includes(server)));
  const around = hosts.filter((host) => reached.has(host.source));
  const isHttp = around.length > 0 || theirs.some(({ transport }) => transport !== 'stdio');
  return { root, sources: [...reached], servers: own, ways: theirs, hosts: around, isHttp };
}

function entrySource({ program, servers }: Found, entry: string): PySource {
  const source = program.source(entry);
  if (source) return source;
  const known = [...new Set(servers.map((server) => server.source.path))];
  throw new CliError(
    'entry-not-found',
    `${entry} is not a source file of this project that has to do with its MCP server.`,
    known.length > 0
      ? `Candidates: ${known.map((each) => `--entry ${each}`).join(', ')}`
      : 'Name the file that serves the MCP endpoint.',
  );
}

/** What belongs to the program before what is aside, HTTP before stdio, what is started, the usual names, the nearer. */
function rankOf({ root, isHttp, servers }: Candidate, started: string[]): number[] {
  const files = [root, ...servers.map(({ source }) => source)].map((source) => source.path);
  const name = path.basename(root.path, '.py');
  const usual = USUAL.indexOf(name);
  return [
    isAsideFile(root.path) || servers.every(({ source }) => isAsideFile(source.path)) ? 0 : 1,
    isHttp ? 1 : 0,
    files.some((file) => started.some((module) => isModule(file, module))) ? 1 : 0,
    usual < 0 ? 0 : 1,
    -root.path.split('/').length,
  ];
}

/** `src/pkg/server.py` is `pkg.server`; `pkg/__main__.py` is `pkg`. */
export function isModule(file: string, module: string): boolean {
  if (module.endsWith('.py')) return `/${file}`.endsWith(`/${module}`) || `/${module}`.endsWith(`/${file}`);
  const dotted = `.${file.slice(0, -'.py'.length).replaceAll('/', '.')}`;
  return [`.${module}`, `.${module}.__main__`, `.${module}.__init__`].some((end) => dotted.endsWith(end));
}

function compare(a: number[], b: number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function ambiguous(candidates: Candidate[]): CliError {
  const entries = [...new Set(candidates.map(({ root }) => root.path))];
  return new CliError(
    'ambiguous-entry',
    `${entries.length} files could be the server: ${entries.join(', ')}.`,
    `Say which one: ${entries.map((each) => `--entry ${each}`).join(' or ')}`,
  );
}
