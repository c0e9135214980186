import { CliError } from '../errors.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import { quoteArgument } from '../quote-argument.ts';
import { startedFiles } from './entry-points.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { Match, ServerAdapter } from './types.ts';

export interface Candidate {
  adapter: ServerAdapter;
  match: Match;
}

/**
 * Chooses the server that is meant.
 * @param entry `--entry`, already relative to the project root
 * @param toolsOf where the tools are registered that an entry leads to
 * @returns `undefined` when there is no candidate
 * @throws CliError `entry-not-found`, or `ambiguous-entry` when several are equally likely
 */
export function choose(
  snapshot: ProjectSnapshot,
  graph: ModuleGraph,
  candidates: Candidate[],
  entry: string | undefined,
  toolsOf: (entry: string) => string[],
): Candidate | undefined {
  const possible = entry === undefined ? candidates : ofEntry(snapshot, graph, candidates, entry);
  const started = startedFiles(snapshot);
  const ranked = possible.map((candidate) => ({ candidate, rank: rank(candidate.match, started, graph) }));
  ranked.sort((a, b) => compare(b.rank, a.rank));
  const [best, second] = ranked;
  if (!best) return undefined;
  if (second && compare(best.rank, second.rank) === 0) {
    const equal = ranked.filter((each) => compare(each.rank, best.rank) === 0).map((each) => each.candidate);
    const isOneAnswer = equal.every(
      (each) => each === best.candidate || protectsTheSame(each, best.candidate, toolsOf),
    );
    if (!isOneAnswer) throw ambiguous(equal);
  }
  return best.candidate;
}

/**
 * Would the two lead to the same changes? Servers that one program can start are protected together, whichever of their
 * files is taken for the entry. So are routes that one host serves; but which of them clients are told of is for a person
 * to say, unless they have the same tools behind them.
 */
function protectsTheSame(a: Candidate, b: Candidate, toolsOf: (entry: string) => string[]): boolean {
  if (a.match.entry === b.match.entry) return true;
  if (a.adapter === b.adapter && a.match.beside?.includes(b.match.entry) === true) {
    const [one, other] = [toolsOf(a.match.entry), toolsOf(b.match.entry)];
    return one.length > 0 && one.length === other.length && one.every((tool) => other.includes(tool));
  }
  const [one, other] = [a.match.handle, b.match.handle];
  if (a.adapter !== b.adapter || !Array.isArray(one) || !Array.isArray(other)) return false;
  return one.length === other.length && one.every((each) => other.includes(each));
}

function ofEntry(snapshot: ProjectSnapshot, graph: ModuleGraph, candidates: Candidate[], entry: string): Candidate[] {
  if (!snapshot.files.has(entry)) {
    const known = [...new Set(candidates.map(({ match }) => match.entry))];
    throw new CliError(
      'entry-not-found',
      `${entry} is not a source file of this project that has to do with its MCP server.`,
      known.length > 0
        ? `Candidates: ${known.map((path) => `--entry ${quoteArgument(path)}`).join(', ')}`
        : 'Name the file that serves the MCP endpoint.',
    );
  }
  const exact = candidates.filter(({ match }) => match.entry === entry);
  if (exact.length > 0) return exact;
  // The file that is started may leave the app to another one.
  const reached = graph.reachableFrom(entry);
  return candidates.filter(({ match }) => reached.has(match.entry));
}

/** Streamable HTTP before the legacy transport, what the package starts before what it does not, the surer match first. */
function rank(match: Match, started: string[], graph: ModuleGraph): number[] {
  const isStarted = started.includes(match.entry)
    ? 2
    : started.some((path) => graph.reachableFrom(path).has(match.entry))
      ? 1
      : 0;
  return [match.transports.includes('streamable-http') ? 1 : 0, isStarted, match.confidence];
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function ambiguous(candidates: Candidate[]): CliError {
  const entries = [...new Set(candidates.map(({ match }) => match.entry))];
  return new CliError(
    'ambiguous-entry',
    `${entries.length} files could be the server: ${entries.join(', ')}.`,
    `Say which one: ${entries.map((path) => `--entry ${quoteArgument(path)}`).join(' or ')}`,
  );
}
