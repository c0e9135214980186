import { CliError } from '../../errors.ts';
import type { AuthEvidence } from '../auth-refusal.ts';
import type { CodeModel } from '../model.ts';
import { derivedClass } from '../own-server/creations.ts';
import { objectsOf } from '../syntax/objects.ts';
import { propertyValue } from '../syntax/properties.ts';
import { transportConfigs } from './options.ts';
import { frameworkServers, MCP_SERVER } from './servers.ts';

/** An MCPServer that authenticates its clients with an auth provider of mcp-framework. */
export function mcpFrameworkAuth(model: CodeModel): AuthEvidence | undefined {
  for (const { creation } of frameworkServers(model)) {
    const [options] = creation.getArguments();
    const configs = transportConfigs(model, options).flatMap((config) => config ?? []);
    const objects = [...objectsOf(options), ...configs];
    const inner = configs.flatMap((config) => objectsOf(propertyValue(config, 'options')));
    const own = [...objects, ...inner].map((object) => object.getProperty('auth')).find(Boolean);
    if (!own) continue;
    const place = model.placeOf(own);
    return { what: `gives MCPServer the option auth (${place})`, place };
  }
  return undefined;
}

/** Why a project with mcp-framework in which nothing listens for HTTP is left alone; `undefined` when it does not use it. */
export function mcpFrameworkRefusal(model: CodeModel): CliError | undefined {
  const derived = derivedClass(model, MCP_SERVER);
  if (derived) {
    return new CliError(
      'unsupported-shape',
      `At ${model.placeOf(derived)} a class derives from MCPServer, so what it serves is not known; nothing was changed.`,
      'Create the server with new MCPServer({ … }) itself, then run add-auth again.',
    );
  }
  if (frameworkServers(model).length === 0) return undefined;
  return new CliError(
    'stdio-only',
    'This server speaks stdio only: it is started by the client on the same machine, where OAuth does not apply.',
    "Create it with new MCPServer({ transport: { type: 'http-stream', options: { port: 8080 } } }) first, then run add-auth again.",
  );
}
