import path from 'node:path/posix';
import semver from 'semver';
import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { metadataStep } from '../fetch-shared/metadata-step.ts';
import type { CodeModel } from '../model.ts';
import { metadataRoute } from '../next/metadata-route.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import type { EditInput, Match } from '../types.ts';
import type { McpFunction } from './functions.ts';
import { protectFunctions } from './protect.ts';
import { unreadFunction } from './unread.ts';

const WHY = 'wraps the handler with the gate';

/** The first Next.js in which the App Router, whose routes can have any path, is there without being asked for. */
const OLDEST_NEXT = '13.4.0';

/** `export default protectMcp(handler)` in every function that leads to MCP, and a route for the metadata. */
export function editFunctions(model: CodeModel, match: Match<McpFunction[]>, input: EditInput): Edit[] {
  const edits = new FileEdits(model, input.authDir, 'node-function');
  const reason = findObstacle(model, match) ?? protectFunctions(model, edits);
  if (reason) return [skip(match, input, reason)];
  const changes = edits.result(WHY);
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
  return ungatedElsewhere(model, { entry, servers: handle, calls: [] }) ?? unreadFunction(model, handle);
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
