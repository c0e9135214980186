import { Node } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { insertFirst } from '../edits/first-property.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import type { CodeModel } from '../model.ts';
import { addMissingPaths, existingGate, insertGate } from '../node-shared/gate-call.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { unseenServers } from '../own-server/creations.ts';
import { localNames } from '../syntax/imports.ts';
import { propertyValue } from '../syntax/properties.ts';
import type { EditInput, Match } from '../types.ts';
import { programOf } from '../ways/program.ts';
import { appOrigins, nestApps, ownWay, TRANSPORT, type McpNestServer, type NestApp } from './apps.ts';
import { nestPaths } from './paths.ts';

const WHY = 'puts the gate before the routes of mcp-nest';

/**
 * `protectMcp(app, ['/mcp', …])` after `NestFactory.create`, and the last door: with version 1 a guard of its routes, with
 * version 2 something around its transport.
 */
export function editNest(model: CodeModel, match: Match<NestApp>, input: EditInput): Edit[] {
  const server = nodeServer(model);
  const apps = nestApps(model).filter(({ creation }) => model.pathOf(creation.getSourceFile()) === match.entry);
  const problem = apps.map((app) => nestPaths(app, server).problem).find((each) => each !== undefined);
  const obstacle = problem ?? obstacleIn(model, match.entry, server);
  if (obstacle) return [skip(match, input, obstacle)];
  const edits = new FileEdits(model, input.authDir, 'nest');
  const doors = new Set(apps.flatMap(({ servers }) => servers));
  const reason =
    apps.map((app) => protect(app, edits, server)).find(Boolean) ??
    [...doors].map((each) => lastDoor(each, edits)).find(Boolean);
  return reason ? [skip(match, input, reason)] : edits.result(WHY);
}

function obstacleIn(model: CodeModel, entry: string, server: NodeServer): string | undefined {
  const way = ownWay(server);
  if (way) return `${model.placeOf(way.at)} ${way.how}`;
  const unseen = unseenServers(model, entry, [TRANSPORT]);
  if (unseen) return unseen;
  const isInProgram = programOf(model, entry);
  const sink = server.sinks.find(({ node }) => isInProgram(node.getSourceFile()));
  if (sink) return `${model.placeOf(sink.node)} serves MCP as well, without mcp-nest`;
  return ungatedElsewhere(model, { entry, servers: [], calls: [] });
}

/** @returns why it cannot be done */
function protect(app: NestApp, edits: FileEdits, server: NodeServer): string | undefined {
  const routes = nestPaths(app, server).paths.map((text) => ({ text }));
  const origins = appOrigins(server);
  const existing = existingGate(server, 'nest', (node) => origins.of(node).includes(app.creation));
  if (existing) return addMissingPaths(edits, existing, routes, server);
  return insertGate(edits, app.creation, routes, () => false);
}

/** `guards: [AdmittedOnly]`, `admittedOnly(new StreamableHttpTransport())`. @returns why it cannot be done */
function lastDoor({ kind, at, options }: McpNestServer, edits: FileEdits): string | undefined {
  if (kind === 'async-module') return undefined;
  if (kind === 'transport') {
    const file = edits.of(at.getSourceFile());
    if (!isBehindDoor(at)) file.wrap(at, `${file.import('admittedOnly')}(`, ')');
    return undefined;
  }
  if (!options) return 'the options of mcp-nest are not written as an object';
  const guards = propertyValue(options, 'guards');
  if (hasOurs(guards)) return undefined;
  const isEmpty = Node.isArrayLiteralExpression(guards) && guards.getElements().length === 0;
  if (guards && !isEmpty) return 'mcp-nest has guards already';
  const file = edits.of(options.getSourceFile());
  const list = `[${file.import('AdmittedOnly')}]`;
  if (guards) file.splice([{ start: guards.getStart(), end: guards.getEnd(), text: list }]);
  else insertFirst(file, options, `guards: ${list}`);
  return undefined;
}

/** The door of an earlier run. */
function isBehindDoor(transport: Node): boolean {
  const call = transport.getParent();
  return Node.isCallExpression(call) && ownNames(call, 'admittedOnly').has(call.getExpression().getText());
}

/** A list of guards with the one of an earlier run in it. */
export function hasOurs(guards: Node | undefined): boolean {
  if (!Node.isArrayLiteralExpression(guards)) return false;
  const names = ownNames(guards, 'AdmittedOnly');
  return guards.getElements().some((each) => names.has(each.getText()));
}

/** What the file around a node calls this part of the generated code. */
function ownNames(node: Node, name: string): Set<string> {
  return localNames(node.getSourceFile(), ({ imported, specifier }) => imported === name && specifier.startsWith('.'));
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { AdmittedOnly, admittedOnly, protectMcp } from '<${input.authDir}>/nest';`,
    '',
    'const app = await NestFactory.create(AppModule);',
    "protectMcp(app, ['/mcp', '/sse', '/messages']); // with the global prefix; before everything else",
    '',
    '// mcp-nest 1: McpModule.forRoot({ guards: [AdmittedOnly], … }); controllers of your own: @UseGuards(AdmittedOnly)',
    '// mcp-nest 2: admittedOnly(new StreamableHttpTransport( … ))',
  ]);
}
