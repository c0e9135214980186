import type { Node } from 'ts-morph';
import { isWorker, transportsOf } from '../fetch-shared/facts.ts';
import { reachOf } from '../fetch-shared/reach.ts';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';
import { handlerOf, isHandedOn } from '../fetch/servers.ts';
import { findHonoServer } from '../hono/routes.ts';
import type { CodeModel } from '../model.ts';
import { sharedTransportNotes } from '../shared-transport.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { programOf } from '../ways/program.ts';
import type { Transport } from '../../types.ts';
import { findDoors, type Door } from './doors.ts';
import { editWorker } from './edit.ts';
import { findAgentCalls, type AgentCall } from './entrances.ts';
import { pathsOf } from './open-paths.ts';

/** A module of a Worker by whose default export requests get to MCP. */
export interface WorkerMatch {
  door: Door;
  /** Paths that are answered without ever getting to MCP. */
  open: string[];
  /** Every way into MCP that the Worker's program has. */
  calls: TransportCall[];
  agents: AgentCall[];
}

/** `wrangler dev` listens here. */
const PORT = 8787;

/**
 * Cloudflare Workers: `export default { fetch }`, and what `agents` makes (`McpAgent.serve()`, `createMcpHandler`). The
 * gate goes around the default export, and so before everything that is behind it.
 */
export const workersAdapter: ServerAdapter<WorkerMatch> = { id: 'workers', recognise, edit: editWorker };

function recognise(model: CodeModel): Match<WorkerMatch>[] {
  const reach = reachOf(model);
  if (!isWorker(model) || reach.calls.length === 0) return [];
  const routed = new Set(findHonoServer(model)?.routes.flatMap((route) => route.calls.map(({ call }) => call)));
  return findDoors(model).flatMap((door): Match<WorkerMatch>[] => {
    const entry = model.pathOf(door.file);
    const isInProgram = programOf(model, entry);
    const calls = reach.calls.filter(({ call }) => isInProgram(call.getSourceFile()));
    const node = door.form === 'object' ? door.property : door.node;
    const reached = reach.from(node);
    if (calls.length === 0 || (door.form === 'object' && isHandedOn(door.property, reached))) return [];
    const isRouted = calls.every(({ call }) => routed.has(call));
    if (door.form === 'expression' ? isRouted || reached.length === 0 : isRouted && reached.length === 0) return [];
    const agents = findAgentCalls(model).filter(({ call }) => isInProgram(call.getSourceFile()));
    const handler = door.form === 'object' ? handlerOf(door.property) : undefined;
    const tests = pathsOf(handler, reach, reached.length === calls.length);
    const found = { door, open: tests.open, calls, agents };
    return [matchOf(model, entry, found, { tested: tests.mcp, isSeen: reached.length > 0 })];
  });
}

function matchOf(
  model: CodeModel,
  entry: string,
  handle: WorkerMatch,
  { tested, isSeen }: { tested: string[]; isSeen: boolean },
): Match<WorkerMatch> {
  const { agents, calls } = handle;
  const served = (transport: AgentCall['transport']): string[] =>
    agents.flatMap((agent) => (agent.transport === transport && agent.path !== undefined ? [agent.path] : []));
  const isOnlySse = calls.length > 0 && calls.every(({ call }) => isSse(agents, call));
  const paths = [...served('streamable-http'), ...served('sse'), ...tested];
  return {
    entry,
    paths: paths.length > 0 ? [...new Set(paths)] : ['/mcp'],
    transports: transportsFor(model, agents, isOnlySse),
    port: PORT,
    confidence: isSeen ? 2 : 1,
    notes: [...sharedTransportNotes(model, calls), ...otherPathsNote(handle)],
    handle,
  };
}

function transportsFor(model: CodeModel, agents: AgentCall[], isOnlySse: boolean): Transport[] {
  const others = transportsOf(model).filter((transport) => transport !== 'streamable-http');
  const sse: Transport[] = agents.some(({ transport }) => transport === 'sse') ? ['sse'] : [];
  return [...(isOnlySse ? [] : (['streamable-http'] as const)), ...sse, ...others];
}

function isSse(agents: AgentCall[], call: Node): boolean {
  return agents.some((agent) => agent.call === call && agent.transport === 'sse');
}

/** What a person might miss: pages beside the MCP server are behind the gate, too. */
function otherPathsNote({ door, open }: WorkerMatch): string[] {
  if (door.form !== 'object') return [];
  const rest = open.length > 0 ? `every path but ${open.join(', ')} needs a token` : 'every path needs a token';
  return [`The gate stands before the whole Worker: ${rest}. Others go into \`open\` of protectMcp, letter by letter.`];
}
