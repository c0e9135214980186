import type { Match } from '../types.ts';
import { findFunctions } from '../functions/functions.ts';
import { ModuleGraph } from '../module-graph.ts';
import { notesOf, transportsOf, type NodeServer } from './node-server.ts';
import { findListenPort } from './ports.ts';
import type { Sink } from './sinks.ts';

/** How an adapter's findings are read. */
export interface Reading<Found> {
  /** The file that has to be rewritten. */
  fileOf(found: Found): string;
  sinksOf(found: Found): Sink[];
  /** Every path that leads to MCP, in the order in which they are told. */
  pathsOf(found: Found[]): string[];
  notesOf(found: Found[]): string[];
}

/**
 * One match for each file that could be the entry. Servers in other files that the same program can start (a launcher
 * that imports `./sse.js` or `./http.js` as it is told) belong to it: protecting one of them only would leave a way in.
 */
export function toMatches<Found>(server: NodeServer, all: Found[], reading: Reading<Found>): Match<Found[]>[] {
  const { model, identifiers } = server;
  const entries = [...new Set(all.map((found) => reading.fileOf(found)))];
  const together = startedTogether(server, entries);
  const functions = findFunctions(model);
  return entries.map((entry) => {
    const rank = (found: Found): number => Number(reading.fileOf(found) !== entry);
    const found = all.filter((each) => together(entry, reading.fileOf(each))).sort((a, b) => rank(a) - rank(b));
    const own = found.filter((each) => rank(each) === 0);
    const sinks = [...new Set(found.flatMap((each) => reading.sinksOf(each)))];
    const ownSinks = own.flatMap((each) => reading.sinksOf(each));
    const port = findListenPort(model, identifiers, entry);
    return {
      entry,
      beside: functions.map(({ file }) => model.pathOf(file)),
      paths: [...new Set([...reading.pathsOf(own), ...reading.pathsOf(found)])],
      // A file with the legacy transport alone is not the one to be taken for the entry.
      transports: transportsOf(server, ownSinks.some(({ kind }) => kind === 'streamable') ? sinks : ownSinks),
      ...(port === undefined ? {} : { port }),
      confidence: ownSinks.every(({ node }) => model.pathOf(node.getSourceFile()) === entry) ? 2 : 1,
      notes: [...notesOf(server, sinks), ...reading.notesOf(found)],
      handle: found,
    };
  });
}

/** Is there a file that leads, by its imports, to both of two files? */
function startedTogether(server: NodeServer, entries: string[]): (a: string, b: string) => boolean {
  if (new Set(entries).size < 2) return () => true;
  const graph = new ModuleGraph(server.model.snapshot);
  const starters = new Map(entries.map((entry) => [entry, graph.startedBy(entry)]));
  return (a, b) => a === b || [...(starters.get(a) ?? [])].some((file) => starters.get(b)?.has(file));
}
