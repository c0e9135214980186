import { Node } from 'ts-morph';
import semver from 'semver';
import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { insertFirst } from '../edits/first-property.ts';
import { refusal } from '../edits/refusal.ts';
import type { CodeModel } from '../model.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { derivedClass, unseenServers, type Creation } from '../own-server/creations.ts';
import { gateOf, openOption, protectCreation } from '../own-server/protect.ts';
import { localNames } from '../syntax/imports.ts';
import { objectsOf } from '../syntax/objects.ts';
import { propertyValue } from '../syntax/properties.ts';
import type { EditInput, Match } from '../types.ts';
import { openRoutes } from './open-routes.ts';
import { startOptions } from './options.ts';
import { FASTMCP, type FastMcpServer } from './servers.ts';

const WHY = 'puts the gate before all that fastmcp serves over HTTP';
/** The oldest version that this was tried with. */
const OLDEST = '3.26.0';

/** `authenticate` among the options, and `protectMcp(server)` after the creation; both for every server of the program. */
export function editFastMcp(model: CodeModel, match: Match<FastMcpServer[]>, input: EditInput): Edit[] {
  const edits = new FileEdits(model, input.authDir, 'fastmcp');
  const obstacle = obstacleIn(model, match);
  if (obstacle) return [skip(match, input, obstacle)];
  for (const server of match.handle) {
    const reason = askAtLastDoor(server.creation, edits);
    if (reason) return [skip(match, input, reason)];
    protect(model, server, edits);
  }
  return edits.result(WHY);
}

function obstacleIn(model: CodeModel, match: Match<FastMcpServer[]>): string | undefined {
  const version = semver.coerce(model.snapshot.versionOf('fastmcp'));
  if (version && semver.lt(version, OLDEST))
    return `fastmcp ${version.version} is older than ${OLDEST}: raise it first (npm install fastmcp@latest)`;
  const derived = derivedClass(model, FASTMCP);
  if (derived) return `${model.placeOf(derived)} derives a class from FastMCP`;
  const unseen = unseenServers(model, match.entry, [FASTMCP]);
  if (unseen) return unseen;
  return ungatedElsewhere(model, { entry: match.entry, servers: match.handle, calls: [] });
}

/** `new FastMCP({ authenticate, … })`. @returns why it cannot be done */
function askAtLastDoor(creation: Creation, edits: FileEdits): string | undefined {
  const [options] = creation.getArguments();
  const [object, ...others] = objectsOf(options);
  if (!object || others.length > 0) return 'the options of FastMCP are not written as an object';
  if (object.getProperties().some(Node.isSpreadAssignment))
    return 'the options of FastMCP are spread from another object';
  const file = edits.of(object.getSourceFile());
  if (isOurs(propertyValue(object, 'authenticate'))) return undefined;
  const helper = file.import('authenticate');
  insertFirst(file, object, helper === 'authenticate' ? helper : `authenticate: ${helper}`);
  return undefined;
}

function isOurs(value: Node | undefined): boolean {
  if (!value) return false;
  const names = localNames(
    value.getSourceFile(),
    ({ imported, specifier }) => imported === 'authenticate' && /\/fastmcp(\.[cm]?[jt]s)?$/.test(specifier),
  );
  return names.has(value.getText());
}

function protect(model: CodeModel, server: FastMcpServer, edits: FileEdits): void {
  const { creation } = server;
  if (gateOf(model, 'fastmcp', FASTMCP, creation)) return;
  const { basePath, endpoint } = startOptions(model, server);
  const health = basePath === '' ? [] : ['/health', '/ready'].map((path) => basePath + path);
  const open = [...health, ...openRoutes(model, server).filter((path) => path !== endpoint)];
  protectCreation(edits, creation, openOption(edits, creation, open));
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { authenticate, protectMcp } from '<${input.authDir}>/fastmcp.js';`,
    '',
    "const server = new FastMCP({ authenticate, name: 'My server', version: '1.0.0' });",
    "protectMcp(server); // before start; { open: ['/about'] } as second argument for routes that need no token",
  ]);
}
