import { Node } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { insertFirst } from '../edits/first-property.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import type { CodeModel } from '../model.ts';
import { addMissingPaths, existingGate, insertGate } from '../node-shared/gate-call.ts';
import { nodeServer, type NodeServer } from '../node-shared/node-server.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { localNames } from '../syntax/imports.ts';
import { propertyValue } from '../syntax/properties.ts';
import type { EditInput, Match } from '../types.ts';
import { appOrigins, isOnFastify, ownController, type McpNestServer, type NestApp } from './apps.ts';
import { nestPaths } from './paths.ts';

const WHY = 'puts the gate before the routes of mcp-nest';

/** `protectMcp(app, ['/mcp', …])` after `NestFactory.create`, and with version 1 a guard as the last door of its routes. */
export function editNest(model: CodeModel, match: Match<NestApp>, input: EditInput): Edit[] {
  const server = nodeServer(model);
  const app = match.handle;
  const { paths, problem } = nestPaths(app, server);
  const obstacle = problem ?? obstacleIn(model, match, server);
  if (obstacle) return [skip(match, input, obstacle)];
  const edits = new FileEdits(model, input.authDir, 'nest');
  const reason = protect(app, paths, edits, server) ?? app.servers.map((each) => guard(each, edits)).find(Boolean);
  return reason ? [skip(match, input, reason)] : edits.result(WHY);
}

function obstacleIn(model: CodeModel, { entry, handle }: Match<NestApp>, server: NodeServer): string | undefined {
  if (isOnFastify(handle)) return 'the application is not built on Express';
  const controller = ownController(server);
  if (controller) return `${model.placeOf(controller)} leads requests to mcp-nest in a controller of its own`;
  return ungatedElsewhere(model, { entry, servers: [], calls: [] });
}

/** @returns why it cannot be done */
function protect(app: NestApp, paths: string[], edits: FileEdits, server: NodeServer): string | undefined {
  const routes = paths.map((text) => ({ text }));
  const origins = appOrigins(server);
  const existing = existingGate(server, 'nest', (node) => origins.of(node).includes(app.creation));
  if (existing) return addMissingPaths(edits, existing, routes, server);
  return insertGate(edits, app.creation, routes, () => false);
}

/** `McpModule.forRoot({ guards: [AdmittedOnly], … })`. @returns why it cannot be done */
function guard({ kind, options }: McpNestServer, edits: FileEdits): string | undefined {
  if (kind !== 'module') return undefined;
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

/** A list of guards with the one of an earlier run in it. */
export function hasOurs(guards: Node | undefined): boolean {
  if (!Node.isArrayLiteralExpression(guards)) return false;
  const names = localNames(
    guards.getSourceFile(),
    ({ imported, specifier }) => imported === 'AdmittedOnly' && specifier.startsWith('.'),
  );
  return guards.getElements().some((each) => names.has(each.getText()));
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { AdmittedOnly, protectMcp } from '<${input.authDir}>/nest';`,
    '',
    'const app = await NestFactory.create(AppModule);',
    "protectMcp(app, ['/mcp', '/sse', '/messages']); // with the global prefix; before everything else",
    '',
    '// mcp-nest 1: McpModule.forRoot({ guards: [AdmittedOnly], … }); controllers of your own: @UseGuards(AdmittedOnly)',
    '// on Fastify: protectMcp(app.getHttpAdapter().getInstance(), [ … ]) of <auth>/fastify',
  ]);
}
