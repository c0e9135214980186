import path from 'node:path/posix';
import semver from 'semver';
import { Node, type FunctionDeclaration } from 'ts-morph';
import type { Edit } from '../../types.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { metadataStep } from '../fetch-shared/metadata-step.ts';
import type { CodeModel } from '../model.ts';
import { metadataRoute } from '../next/metadata-route.ts';
import { isWrapped } from '../node-http/listeners.ts';
import { insertLastDoors, whyWithDoors } from '../node-shared/last-door.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { takenMethods, type Sink } from '../node-shared/sinks.ts';
import type { EditInput, Match } from '../types.ts';
import { unseenEntrance } from '../unseen-entrance.ts';
import { programOf } from '../ways/program.ts';
import { fromListener, fromSink, strangeWay } from '../ways/strange-way.ts';
import type { McpFunction } from './functions.ts';

const WHY = 'wraps the handler with the gate';

/** The first Next.js in which the App Router, whose routes can have any path, is there without being asked for. */
const OLDEST_NEXT = '13.4.0';

/** `export default protectMcp(handler)` in every function that leads to MCP, and a route for the metadata. */
export function editFunctions(model: CodeModel, match: Match<McpFunction[]>, input: EditInput): Edit[] {
  const edits = new FileEdits(model, input.authDir, 'node-function');
  const ways = findObstacle(model, match) ?? waysAround(model, match);
  if (typeof ways === 'string') return [skip(match, input, ways)];
  const obstacle = insertLastDoors(ways, edits);
  if (obstacle) return [skip(match, input, obstacle)];
  for (const { handler, file } of match.handle) {
    const reason = wrap(handler, edits.of(file));
    if (reason) return [skip(match, input, reason)];
  }
  const changes = edits.result(whyWithDoors(WHY, ways));
  const [own] = match.handle;
  if (own?.place.host === 'next') {
    return [...changes, ...metadataRoute(model, path.join(own.place.above, 'app'), own.file, edits)];
  }
  return changes.length > 0 ? [...changes, metadataStep(match.entry, edits)] : changes;
}

function findObstacle(model: CodeModel, { entry, handle }: Match<McpFunction[]>): string | undefined {
  if (handle.some(({ place }) => place.path === undefined))
    return 'the path of the file has a parameter, so there is no one resource URL';
  const next = semver.coerce(model.snapshot.versionOf('next'));
  if (handle.some(({ place }) => place.host === 'next') && next && semver.lt(next, OLDEST_NEXT))
    return `Next.js ${next.version} has no place for the metadata at the root of the host; ${OLDEST_NEXT} has`;
  const { identifiers } = nodeServer(model);
  const isOurs = isInFunctions(model, handle);
  const taken = takenMethods(model, identifiers).find((node) => isOurs(node.getSourceFile()));
  if (taken) return `at ${model.placeOf(taken)} a method of the transport is handed on, and it cannot be told to whom`;
  return unseenEntrance(model, entry) ?? ungatedElsewhere(model, { entry, servers: [], calls: [] });
}

/** Code that leads to MCP and is in none of the functions. */
function waysAround(model: CodeModel, { handle }: Match<McpFunction[]>): { loose: Map<Sink, string> } | string {
  const { identifiers } = nodeServer(model);
  const recognised = handle.map(({ handler }) => handler);
  const known = { model, identifiers, recognised, isInProgram: isInFunctions(model, handle) };
  const loose = new Map<Sink, string>();
  for (const sink of new Set(handle.flatMap(({ sinks }) => sinks))) {
    const way = strangeWay(sink.isListener ? fromListener(sink.node) : fromSink(sink.node), known);
    if (!way) continue;
    if (way.isCertain)
      return `at ${model.placeOf(way.node)} there is another way to the MCP server, which the gate might not see`;
    loose.set(sink, model.placeOf(way.node));
  }
  return { loose };
}

function isInFunctions(model: CodeModel, functions: McpFunction[]): ReturnType<typeof programOf> {
  const programs = functions.map(({ file }) => programOf(model, model.pathOf(file)));
  return (file) => programs.some((isIn) => isIn(file));
}

/** @returns why it cannot be done */
function wrap(handler: Node, edit: FileEdit): string | undefined {
  if (isWrapped(handler)) return undefined;
  if (!Node.isFunctionDeclaration(handler)) {
    edit.wrap(handler, `${edit.import('protectMcp')}(`, ')');
    return undefined;
  }
  if (handler.getOverloads().length > 0) return 'the handler has overloads';
  wrapDeclaration(handler, edit);
  return undefined;
}

/** `export default function handler` -> `function handler`, and the export at the end; without a name in its place. */
function wrapDeclaration(handler: FunctionDeclaration, edit: FileEdit): void {
  const protectMcp = edit.import('protectMcp');
  const [exported, , next] = handler.getModifiers();
  const code = next ?? handler.getFirstDescendantOrThrow((node) => node.getKindName() === 'FunctionKeyword');
  const name = handler.getName();
  if (name !== undefined && exported) {
    edit.splice([{ start: exported.getStart(), end: code.getStart(), text: '' }]);
    edit.append(`export default ${protectMcp}(${name})`);
    return;
  }
  const end = handler.getEnd();
  edit.splice([
    { start: code.getStart(), end: code.getStart(), text: `${protectMcp}(` },
    { start: end, end, text: edit.style.semicolons ? ');' : ')' },
  ]);
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `// ${match.entry}`,
    `import { protectMcp } from '<${input.authDir}>/node-function';`,
    '',
    'export default protectMcp(handler);',
    '',
    '// the route that serves /.well-known/oauth-protected-resource and everything below it:',
    `export { metadata as GET, metadata as HEAD, metadata as OPTIONS } from '<${input.authDir}>/node-function';`,
  ]);
}
