import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editFastMcp } from './edit.ts';
import { listeningServers, startOptions } from './options.ts';
import type { FastMcpServer } from './servers.ts';

/** fastmcp, which makes its HTTP server itself. The entry is where the FastMCP object is created. */
export const fastMcpAdapter: ServerAdapter<FastMcpServer[]> = {
  id: 'fastmcp',
  recognise(model: CodeModel) {
    const servers = listeningServers(model);
    const fileOf = ({ creation }: FastMcpServer): string => model.pathOf(creation.getSourceFile());
    const graph = new ModuleGraph(model.snapshot);
    return [...new Set(servers.map(fileOf))].map((entry): Match<FastMcpServer[]> => {
      const starters = graph.startedBy(entry);
      const together = servers.filter((server) => [...graph.startedBy(fileOf(server))].some((f) => starters.has(f)));
      const own = together.filter((server) => fileOf(server) === entry);
      const all = [...own, ...together.filter((server) => !own.includes(server))];
      const options = all.map((server) => startOptions(model, server));
      const [first] = options;
      return {
        entry,
        paths: [...new Set([...options.map(({ endpoint }) => endpoint), '/sse', '/messages'])],
        transports: [...new Set(options.flatMap(({ transports }) => transports))],
        ...(first?.port === undefined ? {} : { port: first.port }),
        confidence: own.some(({ starts }) => starts.length > 0) ? 2 : 1,
        notes: [],
        handle: all,
      };
    });
  },
  edit: editFastMcp,
};
