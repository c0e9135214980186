import { Node } from 'ts-morph';
import semver from 'semver';
import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import type { CodeModel } from '../model.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { derivedClass, unseenServers, type OwnServer } from '../own-server/creations.ts';
import { gateOf, openOption, protectCreation } from '../own-server/protect.ts';
import { methodCall } from '../syntax/nodes.ts';
import { objectsOf } from '../syntax/objects.ts';
import { propertyValue } from '../syntax/properties.ts';
import type { EditInput, Match } from '../types.ts';
import { serverOptions } from './options.ts';
import { MCP_SERVER, SERVERLESS } from './servers.ts';

const WHY = 'puts the gate before all that mcp-framework serves over HTTP';
/** The oldest version that this was tried with. */
const OLDEST = '0.2.15';
/** Before, every answer went to whoever was connected to `/sse`. */
const OLDEST_WITH_SSE = '0.2.22';

/** `protectMcp(server)` after the creation of every server of the program. */
export function editMcpFramework(model: CodeModel, match: Match<OwnServer[]>, input: EditInput): Edit[] {
  const edits = new FileEdits(model, input.authDir, 'mcp-framework');
  const obstacle = obstacleIn(model, match);
  if (obstacle) return [skip(match, input, obstacle)];
  for (const server of match.handle) {
    const { creation } = server;
    if (gateOf(model, 'mcp-framework', MCP_SERVER, creation)) continue;
    const { health, paths } = serverOptions(model, server);
    const open = health.filter((path) => !paths.includes(path));
    protectCreation(edits, creation, openOption(edits, creation, open));
  }
  return edits.result(WHY);
}

function obstacleIn(model: CodeModel, match: Match<OwnServer[]>): string | undefined {
  const version = semver.coerce(model.snapshot.versionOf('mcp-framework'));
  const isSse = match.transports.includes('sse');
  if (version && semver.lt(version, isSse ? OLDEST_WITH_SSE : OLDEST)) {
    const than = isSse ? `${OLDEST_WITH_SSE}, and may serve sse` : OLDEST;
    return `mcp-framework ${version.version} is older than ${than}: raise it first (npm install mcp-framework@latest)`;
  }
  const derived = derivedClass(model, MCP_SERVER);
  if (derived) return `${model.placeOf(derived)} derives a class from MCPServer`;
  const unseen = unseenServers(model, match.entry, [MCP_SERVER]);
  if (unseen) return unseen;
  const calls = match.handle.flatMap((server) => server.calls);
  const serverless = calls.find((call) => SERVERLESS.includes(methodCall(call)?.name ?? ''));
  if (serverless) return `${model.placeOf(serverless)} answers requests without a server, which no gate sees`;
  const tasks = match.handle.map(({ creation }) => tasksOf(creation.getArguments()[0])).find(Boolean);
  if (tasks) return `${model.placeOf(tasks)} turns tasks on, which mcp-framework shows to every user`;
  return ungatedElsewhere(model, { entry: match.entry, servers: match.handle, calls: [] });
}

/** `tasks: { enabled: true }`, or what may be that. */
function tasksOf(options: Node | undefined): Node | undefined {
  const values = objectsOf(options).flatMap((object) => propertyValue(object, 'tasks') ?? []);
  return values.find((value) => {
    const enabled = objectsOf(value).map((tasks) => propertyValue(tasks, 'enabled'));
    return enabled.length === 0 || enabled.some((each) => each && !Node.isFalseLiteral(each));
  });
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { protectMcp } from '<${input.authDir}>/mcp-framework.js';`,
    '',
    "const server = new MCPServer({ transport: { type: 'http-stream' } });",
    "protectMcp(server); // before start; { open: ['/healthz'] } as second argument for paths that need no token",
  ]);
}
