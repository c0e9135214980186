import type { CodeModel } from '../model.ts';
import { ownServers, type OwnServer } from '../own-server/creations.ts';
import { once } from '../syntax/memo.ts';

export const MCP_SERVER = { module: 'mcp-framework', name: 'MCPServer' };

/** Methods that answer Fetch requests and events of AWS Lambda, without any server. */
export const SERVERLESS = ['handleRequest', 'createLambdaHandler'];

/** Every `new MCPServer(…)` of the project. */
export const frameworkServers = once((model: CodeModel): OwnServer[] =>
  ownServers(model, MCP_SERVER, ['start', ...SERVERLESS]),
);
