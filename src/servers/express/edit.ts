import { Node, type CallExpression } from 'ts-morph';
import type { Edit } from '../../types.ts';
import type { FileEdits } from '../edits/file-edits.ts';
import { placeAfterCreation } from '../edits/place.ts';
import { allowPublicHost } from '../edits/public-host.ts';
import { refusal } from '../edits/refusal.ts';
import type { CodeModel } from '../model.ts';
import { addMissingPaths, existingGate, insertGate } from '../node-shared/gate-call.ts';
import { gateServers } from '../node-shared/gate-servers.ts';
import type { NodeServer } from '../node-shared/node-server.ts';
import { inOrder } from '../node-shared/routes.ts';
import type { EditInput, Match } from '../types.ts';
import { expressObjects, type ExpressObject } from './apps.ts';
import type { ExpressServer } from './routes.ts';
import { afterSettings, isSetter, lateSetting } from './settings.ts';

const WHY = 'puts the gate before the MCP route';

/** `protectMcp(app, ['/mcp'])` right after the app is created and set, before every other middleware. */
export function editExpress(model: CodeModel, match: Match<ExpressServer[]>, input: EditInput): Edit[] {
  return gateServers(model, match, input, { name: 'express', why: WHY, protect, skip });
}

/** @returns why it cannot be done */
function protect(found: ExpressServer, edits: FileEdits, server: NodeServer): string | undefined {
  const { creation } = found.app;
  const paths = inOrder(found.routes).map((route) => route.path);
  if (paths.some(({ node }) => Node.isRegularExpressionLiteral(node)))
    return 'the path of the MCP route is a regular expression';
  const existing = gateOf(found.app, server);
  if (existing) return addMissingPaths(edits, existing, paths, server);
  // `createMcpExpressApp()` has made its router when it returns: no setting of it can be missed.
  const settle = found.app.kind === 'app' ? afterSettings : undefined;
  const reason = insertGate(edits, creation, paths, isSetter, settle);
  if (reason === undefined && found.app.kind === 'mcp') allowPublicHost(creation, edits);
  return reason;
}

/**
 * The gate makes the app's router, and that takes its settings only once: one that comes later is lost on it.
 * @returns remarks for people
 */
export function settingNotes(found: ExpressServer[], server: NodeServer): string[] {
  return found.flatMap(({ app }) => {
    const created = app.kind === 'app' ? placeAfterCreation(app.creation, isSetter) : undefined;
    if (!created) return [];
    const statement = gateOf(app, server)?.getParent();
    const late = lateSetting(statement ? { ...created, statement } : afterSettings(created));
    if (!late) return [];
    const at = server.model.placeOf(late);
    return [
      `The setting at ${at} comes after the gate, where it has no effect: move it up to where the app is created.`,
    ];
  });
}

function gateOf({ creation }: ExpressObject, server: NodeServer): CallExpression | undefined {
  const objects = expressObjects(server);
  return existingGate(server, 'express', (app) => objects.of(app).some((each) => each.creation === creation));
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { protectMcp } from '<${input.authDir}>/express.js';`,
    '',
    'const app = express();',
    "protectMcp(app, ['/mcp']); // the paths of your MCP routes; before other middleware and routes",
  ]);
}
