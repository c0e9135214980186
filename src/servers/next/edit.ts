import path from 'node:path/posix';
import { Node } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { handIdentity } from '../fetch-shared/auth-argument.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { staticString } from '../syntax/static-value.ts';
import { openWay } from '../fetch-shared/ways.ts';
import { protectModule } from '../fetch-shared/wrap-handlers.ts';
import type { CodeModel } from '../model.ts';
import type { EditInput, Match } from '../types.ts';
import type { NextMatch, NextRoute } from './adapter.ts';

const WHY = 'wraps the route handlers with the gate';
const METADATA_FOLDER = '.well-known/oauth-protected-resource';

/** `protectMcp` around every exported handler, `OPTIONS` beside them, and the route that serves the metadata. */
export function editNext(model: CodeModel, match: Match<NextMatch>, input: EditInput): Edit[] {
  const routes = [match.handle, ...match.handle.others];
  const calls = [...new Set(routes.flatMap((each) => each.calls))];
  const wrapped = routes.flatMap(({ handlers }) => handlers.map(({ node }) => node));
  const openWays = routes.map(({ file }) => openWay(model, model.pathOf(file), calls, wrapped));
  const obstacle = [...routes.map(findObstacle), ...openWays].find(Boolean);
  if (obstacle) return [skip(match, input, obstacle)];
  const edits = new FileEdits(model, input.authDir, 'fetch');
  const refused =
    handIdentity(calls, edits) ??
    routes.map(({ file, handlers }) => protectModule(file, handlers, edits.of(file))).find(Boolean);
  if (refused) return [skip(match, input, refused)];
  return [...edits.result(WHY), ...metadataRoute(model, match, edits)];
}

/** RFC 9728 §3.1: the metadata is at the root of the host, also with the path of the resource behind it. */
function metadataRoute(model: CodeModel, match: Match<NextMatch>, edits: FileEdits): Edit[] {
  const folder = path.join(match.handle.route.appDir, METADATA_FOLDER);
  const isTypeScript = match.entry.endsWith('.ts') || match.entry.endsWith('.tsx');
  if ([...model.snapshot.files.keys()].some((file) => file.startsWith(`${folder}/`))) return [];
  const file = path.join(folder, '[[...path]]', `route.${isTypeScript ? 'ts' : 'js'}`);
  const { quote, semicolons } = edits.of(match.handle.file).style;
  const specifier = quote + edits.specifierFrom(file) + quote;
  const after = [
    '// OAuth protected resource metadata (RFC 9728 §3.1), with and without the path of the resource behind it.',
    `export { metadata as GET, metadata as HEAD, metadata as OPTIONS } from ${specifier}${semicolons ? ';' : ''}`,
    '',
  ].join('\n');
  return [{ kind: 'create', path: file, before: null, after, why: 'serves the metadata that clients start from' }];
}

function findObstacle({ file, route }: NextRoute): string | undefined {
  if (route.path === undefined) return 'the folder of the route has a parameter, so there is no one resource URL';
  const runtime = file.getVariableDeclaration('runtime')?.getInitializer();
  if (staticString(runtime) === 'edge' || (Node.isStringLiteral(runtime) && runtime.getLiteralValue() === 'edge')) {
    return "the route runs on the edge runtime, which has no file system to read .env from; take out `runtime = 'edge'`";
  }
  return undefined;
}

function skip(match: Match<NextMatch>, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `// ${match.entry}`,
    `import { authOf, optionsMcp, protectMcp } from '<${input.authDir}>/fetch';`,
    '',
    'export const POST = protectMcp(handlePOST); // likewise GET and DELETE',
    'export { optionsMcp as OPTIONS };',
    '',
    '// where the transport is called:',
    'transport.handleRequest(request, authOf(request));',
    '',
    `// ${match.handle.route.appDir}/${METADATA_FOLDER}/[[...path]]/route.ts`,
    `export { metadata as GET, metadata as HEAD, metadata as OPTIONS } from '<${input.authDir}>/fetch';`,
  ]);
}
