import { Node } from 'ts-morph';
import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { protectFunctions } from '../functions/protect.ts';
import type { CodeModel } from '../model.ts';
import { coverageOf } from '../node-shared/coverage.ts';
import { readHandler } from '../node-shared/guards.ts';
import { insertLastDoors, whyWithDoors } from '../node-shared/last-door.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import type { EditInput, Match } from '../types.ts';
import { isWrapped, type HttpListener } from './listeners.ts';

const WHY = 'wraps the request listener in the gate';

/** `createServer(listener)` -> `createServer(protectMcp(listener, { open: ['/health'] }))`. */
export function editNodeHttp(model: CodeModel, match: Match<HttpListener[]>, input: EditInput): Edit[] {
  const server = nodeServer(model);
  const edits = new FileEdits(model, input.authDir, 'node-http');
  const coverage = coverageOf(server, match);
  if ('refused' in coverage) return [skip(match, input, coverage.refused)];
  const obstacle = insertLastDoors(coverage, edits) ?? protectFunctions(model, edits, new Set(coverage.loose.keys()));
  if (obstacle) return [skip(match, input, obstacle)];
  for (const { listener } of match.handle) {
    if (isWrapped(listener)) continue;
    if (Node.isSpreadElement(listener)) return [skip(match, input, 'the listener is spread from a list')];
    const file = edits.of(listener.getSourceFile());
    const open = readHandler(listener, server).open.map((path) => file.quote(path));
    const options = open.length > 0 ? `, { open: [${open.join(', ')}] }` : '';
    file.wrap(listener, `${file.import('protectMcp')}(`, `${options})`);
  }
  return edits.result(whyWithDoors(WHY, coverage));
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `import { protectMcp } from '<${input.authDir}>/node-http.js';`,
    '',
    '// around the listener that leads to the MCP server; only the paths in `open` need no token',
    "createServer(protectMcp(listener, { open: ['/health'] }));",
  ]);
}
