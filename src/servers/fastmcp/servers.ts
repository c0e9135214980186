import type { CallExpression, Node } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { ownServers, type Creation } from '../own-server/creations.ts';
import { once } from '../syntax/memo.ts';

export const FASTMCP = { module: 'fastmcp', name: 'FastMCP' };

/** One `new FastMCP(…)` and how it is started. */
export interface FastMcpServer {
  creation: Creation;
  /** The objects that `start` is called with; none when it takes all from the command line and the environment. */
  starts: { call: CallExpression; options: Node | undefined }[];
}

/** Every FastMCP server of the project. */
export const fastMcpServers = once((model: CodeModel): FastMcpServer[] =>
  ownServers(model, FASTMCP, ['start']).map(({ creation, calls }) => ({
    creation,
    starts: calls.map((call) => ({ call, options: call.getArguments()[0] })),
  })),
);
