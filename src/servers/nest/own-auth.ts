import { Node } from 'ts-morph';
import { CliError } from '../../errors.ts';
import type { AuthEvidence } from '../auth-refusal.ts';
import type { CodeModel } from '../model.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import { propertyValue } from '../syntax/properties.ts';
import { mcpNestServers, nestApps } from './apps.ts';
import { hasOurs } from './edit.ts';

/** Guards that a project has given to mcp-nest, or its step-up. */
export function nestAuth(model: CodeModel): AuthEvidence | undefined {
  for (const { options } of mcpNestServers(nodeServer(model))) {
    if (!options) continue;
    const guards = propertyValue(options, 'guards');
    const isEmpty = Node.isArrayLiteralExpression(guards) && guards.getElements().length === 0;
    const own = guards && !isEmpty && !hasOurs(guards) ? guards : propertyValue(options, 'stepUpAuthorization');
    if (!own) continue;
    const place = model.placeOf(own);
    return { what: `gives mcp-nest ${own === guards ? 'guards' : 'stepUpAuthorization'} (${place})`, place };
  }
  return undefined;
}

/** Why a project with mcp-nest in which nothing is served over HTTP is left alone; `undefined` when it does not use it. */
export function nestRefusal(model: CodeModel): CliError | undefined {
  const servers = mcpNestServers(nodeServer(model));
  if (servers.length === 0) return undefined;
  if (nestApps(model).length > 0) {
    return new CliError(
      'stdio-only',
      'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.',
      'Add McpTransportType.STREAMABLE_HTTP to the transports of mcp-nest first, then run add-auth again.',
    );
  }
  return new CliError(
    'unsupported-shape',
    'mcp-nest is set up here, but no NestFactory.create is seen that starts it, so nothing was changed.',
    'Run add-auth in the package that creates the application.',
  );
}
