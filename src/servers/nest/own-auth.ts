import { Node } from 'ts-morph';
import type { AuthEvidence } from '../auth-refusal.ts';
import type { CodeModel } from '../model.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { propertyValue } from '../syntax/properties.ts';
import { mcpNestServers } from './apps.ts';
import { hasOurs, placeOf } from './edit.ts';

/** Guards that a project has given to mcp-nest, or its step-up. */
export function nestAuth(model: CodeModel): AuthEvidence | undefined {
  for (const { options } of mcpNestServers(nodeServer(model))) {
    if (!options) continue;
    const guards = propertyValue(options, 'guards');
    const isEmpty = Node.isArrayLiteralExpression(guards) && guards.getElements().length === 0;
    const own = guards && !isEmpty && !hasOurs(guards) ? guards : propertyValue(options, 'stepUpAuthorization');
    if (!own) continue;
    const place = placeOf(model, own);
    return { what: `gives mcp-nest ${own === guards ? 'guards' : 'stepUpAuthorization'} (${place})`, place };
  }
  return undefined;
}
