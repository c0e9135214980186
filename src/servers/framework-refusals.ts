import { CliError } from '../errors.ts';

/** Why no gate can be put in front of a framework, and what a person can do. */
interface Obstacle {
  /** Without a full stop. */
  reason: string;
  what: string;
  snippet: string;
}

/** Frameworks that are supported, where nothing of the project is what add-auth knows of them. */
const OBSTACLES: Record<string, Obstacle> = {
  xmcp: {
    reason:
      'xmcp builds its server as its configuration says, and that is not one object in xmcp.config.ts: what serves the ' +
      'tools, and whether middleware runs before it, is not to be seen',
    what: 'A configuration that add-auth can read',
    snippet: `// xmcp.config.ts
import type { XmcpConfig } from 'xmcp';

export default { http: true } satisfies XmcpConfig;`,
  },
  'mcp-use': {
    reason:
      'mcp-use is imported here, but no server of it is seen that listens, so there is nothing to put a gate before',
    what: 'What add-auth can protect: a server that is started with listen(), or that the file of the mcp-use command exports by default',
    snippet: `const server = new MCPServer({ name: 'my-server', version: '1.0.0' });
server.tool({ name: 'my-tool', description: '…' }, callback);
await server.listen(3000); // or: export default server;`,
  },
  skybridge: {
    reason:
      'skybridge is imported here, but no server of it is seen that runs, so there is nothing to put a gate before',
    what: 'What add-auth can protect: a server that is started with run()',
    snippet: `const server = new McpServer({ name: 'my-server', version: '1.0.0' }, {}).registerTool(…); // new Skybridge({ … }) in version 2
await server.run();`,
  },
};

/** Why a server of this framework is left alone, and what can be done by hand; `undefined` where nothing is known of it. */
export function frameworkRefusal(name: string): CliError | undefined {
  const obstacle = OBSTACLES[name];
  if (!obstacle) return undefined;
  return new CliError(
    'unsupported-shape',
    `${obstacle.reason}. Nothing was changed.`,
    'Follow the lines below, or serve the tools with one of the servers that add-auth protects.',
    { manual: [{ what: obstacle.what, snippet: obstacle.snippet }] },
  );
}
