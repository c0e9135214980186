import type { Edit } from '../../types.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import { allowPublicHost } from '../edits/public-host.ts';
import { refusal } from '../edits/refusal.ts';
import type { CodeModel } from '../model.ts';
import { addMissingPaths, existingGate, insertGate } from '../node-shared/gate-call.ts';
import { gateServers } from '../node-shared/gate-servers.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import { inOrder } from '../node-shared/routes.ts';
import type { EditInput, Match } from '../types.ts';
import { fastifyObjects, isMcpApp } from './instances.ts';
import type { FastifyServer } from './routes.ts';

const WHY = 'puts the gate before the MCP route';

/** `protectMcp(fastify, ['/mcp'])` right after the app is created: Fastify runs hooks in the order of their registration. */
export function editFastify(model: CodeModel, match: Match<FastifyServer[]>, input: EditInput): Edit[] {
  return gateServers(model, match, input, { name: 'fastify', why: WHY, protect, skip });
}

/** @returns why it cannot be done */
function protect({ creation, routes }: FastifyServer, edits: FileEdits, server: NodeServer): string | undefined {
  const paths = inOrder(routes).map((route) => route.path);
  const objects = fastifyObjects(server);
  const existing = existingGate(server, 'fastify', (app) => objects.of(app).some((each) => each.creation === creation));
  if (existing) return addMissingPaths(edits, existing, paths, server);
  const reason = insertGate(edits, creation, paths, (method) => method === 'withTypeProvider');
  if (reason === undefined && isMcpApp(creation)) allowPublicHost(creation, edits);
  return reason;
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { protectMcp } from '<${input.authDir}>/fastify.js';`,
    '',
    'const app = Fastify();',
    "protectMcp(app, ['/mcp']); // the paths of your MCP routes; before other hooks, plugins and routes",
  ]);
}
