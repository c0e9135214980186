import { Node } from 'ts-morph';
import type { Edit } from '../../types.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { handIdentity } from '../fetch-shared/auth-argument.ts';
import { takesIdentity } from '../fetch-shared/transport-calls.ts';
import { wrapServer } from '../fetch/edit.ts';
import { unclearDispatch } from '../json-rpc/doubts.ts';
import type { CodeModel } from '../model.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { packageExport } from '../syntax/packages.ts';
import type { EditInput, Match } from '../types.ts';
import { programOf } from '../ways/program.ts';
import type { WorkerMatch } from './adapter.ts';
import { isGated, type Door } from './doors.ts';
import type { AgentCall } from './entrances.ts';

const WHY = 'puts the gate before the whole Worker';

/** `protectMcp` around the default export, and `authOf` where a transport of the SDK is called. */
export function editWorker(model: CodeModel, match: Match<WorkerMatch>, input: EditInput): Edit[] {
  const { door, agents } = match.handle;
  const obstacle = obstacleOf(model, match.entry, agents, door);
  if (obstacle !== undefined) return [skipped(match, input, obstacle)];
  const edits = new FileEdits(model, input.authDir, 'workers');
  // In a Durable Object the request is a copy, of which the gate knows nothing.
  const here = match.handle.calls.filter((each) => takesIdentity(each) && !isInClass(each.call));
  const refused = handIdentity(here, edits) ?? wrap(match.handle, edits);
  return refused === undefined ? edits.result(WHY) : [skipped(match, input, refused)];
}

function wrap(handle: WorkerMatch, edits: FileEdits): string | undefined {
  const { door, open, agents } = handle;
  if (isGated(door)) return undefined;
  const options = (file: FileEdit): string => optionsFor(file, open, agents);
  if (door.form === 'object') return wrapServer(door, options, edits);
  if (door.form !== 'expression') return 'it cannot be told what the module exports';
  const file = edits.of(door.file);
  file.wrap(door.node, `${file.import('protectMcp')}(`, `${options(file)})`);
  return undefined;
}

/** `, { open: ['/health'], agents: ['MCP'] }`: bindings are named where one of them is not the usual. */
export function optionsFor(file: FileEdit, open: string[], agents: AgentCall[]): string {
  const list = (values: string[]): string => `[${values.map((value) => file.quote(value)).join(', ')}]`;
  const bindings = bindingsOf(agents);
  const parts = [
    ...(open.length > 0 ? [`open: ${list(open)}`] : []),
    ...(bindings.length > 0 ? [`agents: ${list(bindings)}`] : []),
  ];
  return parts.length === 0 ? '' : `, { ${parts.join(', ')} }`;
}

/** The bindings of the agents that are served; none where they are called as usual. */
function bindingsOf(agents: AgentCall[]): string[] {
  const names = [...new Set(agents.flatMap((agent) => ('binding' in agent ? (agent.binding ?? []) : [])))];
  return names.every((name) => name === 'MCP_OBJECT') ? [] : names;
}

/** By these requests get to an agent by its name, with messages in headers and sockets that the gate does not read. */
const ROUTERS = ['routeAgentRequest', 'routePartykitRequest', 'routePartyTracksRequest'];

/** What keeps the gate from being before everything, or the server from working behind it. */
export function obstacleOf(model: CodeModel, entry: string, agents: AgentCall[], door?: Door): string | undefined {
  const isInProgram = programOf(model, entry);
  const place = (node: Node): string => model.placeOf(node);
  if (door?.form === 'guard') return 'the Worker is behind an OAuthProvider, which is a gate of its own';
  if (door?.form === 'class') return 'the Worker is a class (WorkerEntrypoint), around which no gate can be put';
  const router = ROUTERS.flatMap((name) => identifiersOf(model).named(name)).find(
    (name) => isInProgram(name.getSourceFile()) && Node.isCallExpression(name.getParent()) && packageExport(name),
  );
  if (router) return `at ${place(router)} agents are reached by their names, in ways that the gate cannot read`;
  const unnamed = agents.find((agent) => 'binding' in agent && agent.binding === undefined);
  if (unnamed) return `at ${place(unnamed.call)} the binding of the agent is known only at run time`;
  return unclearDispatch(model, isInProgram);
}

function isInClass(node: Node): boolean {
  const owner = node.getFirstAncestor((each) => Node.isClassDeclaration(each) || Node.isClassExpression(each));
  return Node.isClassDeclaration(owner) || Node.isClassExpression(owner) ? owner.getExtends() !== undefined : false;
}

/** The edit that is left to a person. */
export function skipped(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { authOf, protectMcp } from '<${input.authDir}>/workers.js';`,
    '',
    '// around everything that answers requests; `open` lists paths that need no token,',
    '// `agents` the bindings of your McpAgent classes:',
    'export default {',
    "  fetch: protectMcp(async (request, env, ctx) => { /* … */ }, { open: ['/health'], agents: ['MCP_OBJECT'] }),",
    '};',
    '',
    '// where a transport of the SDK is called (an McpAgent needs nothing):',
    'transport.handleRequest(request, authOf(request));',
  ]);
}
