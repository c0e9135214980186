import type { ServerClass } from '../own-server/creations.ts';

/** What creates a server. */
export interface Creator extends ServerClass {
  /** Which argument holds the options. */
  options: number;
  /** Where it answers MCP. */
  paths: string[];
  /** The option that names another path instead. */
  pathOption?: string;
}

/** A framework that serves HTTP by itself and whose server object takes a gate right after it is created. */
export interface Framework {
  /** The package, which is also the name of the generated module. */
  id: 'mcp-use' | 'skybridge';
  creators: Creator[];
  /** The method that starts to listen. */
  start: string;
  /** A command of the framework starts what a file exports by default. */
  startsDefaultExport: boolean;
  /** The oldest version that this was tried with. */
  oldest: string;
  /** What hands requests to the server in a host of the project's own, which may not lead all paths there. */
  otherHosts: string[];
  /** Does `protectMcp` have to be told the paths? */
  takesPaths: boolean;
  /** What a person writes. */
  snippet: string[];
}

const mcpUse: Framework = {
  id: 'mcp-use',
  creators: [
    { module: 'mcp-use', name: 'MCPServer', isFluent: true, options: 0, paths: ['/mcp'], pathOption: 'basePath' },
    // Version 1 opens both, whatever it is told.
    { module: 'mcp-use/server', name: 'MCPServer', isFluent: true, options: 0, paths: ['/mcp', '/sse'] },
    {
      module: 'mcp-use/server',
      name: 'createMCPServer',
      isFunction: true,
      isFluent: true,
      options: 1,
      paths: ['/mcp', '/sse'],
    },
  ],
  start: 'listen',
  startsDefaultExport: true,
  oldest: '1.11.0',
  otherHosts: ['getHandler', 'toNodeHandler', 'createNextHandler'],
  takesPaths: true,
  snippet: [
    "const server = new MCPServer({ name: 'my-server', version: '1.0.0' });",
    "protectMcp(server, ['/mcp', '/sse']); // before everything else; also lead /.well-known/… to it",
  ],
};

const skybridge: Framework = {
  id: 'skybridge',
  creators: [
    { module: 'skybridge/server', name: 'McpServer', isFluent: true, options: 1, paths: ['/mcp'] },
    { module: 'skybridge/server', name: 'Skybridge', isFluent: true, options: 0, paths: ['/mcp'] },
  ],
  start: 'run',
  startsDefaultExport: false,
  oldest: '0.35.0',
  otherHosts: [],
  takesPaths: false,
  snippet: [
    "const server = protectMcp(new McpServer({ name: 'my-server', version: '1.0.0' }, {})); // then .registerTool(…)",
  ],
};

export const FRAMEWORKS = [mcpUse, skybridge];
