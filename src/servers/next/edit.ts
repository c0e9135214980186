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
import { METADATA_FOLDER, metadataRoute } from './metadata-route.ts';

const WHY = 'wraps the route handlers with the gate';

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
  const { route, file } = match.handle;
  return [...edits.result(WHY), ...metadataRoute(model, route.appDir, file, edits)];
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
