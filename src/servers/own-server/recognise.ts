import type { Transport } from '../../types.ts';
import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import type { Match } from '../types.ts';
import type { Creation } from './creations.ts';

/** What is asked about the servers of a framework. */
interface Reader<Server> {
  optionsOf(server: Server): { paths: string[]; transports: Transport[]; port?: number };
  isStarted(server: Server): boolean;
}

/** One match for each file in which a server is created; servers that one program can start are protected together. */
export function recogniseOwnServers<Server extends { creation: Creation }>(
  model: CodeModel,
  servers: Server[],
  { optionsOf, isStarted }: Reader<Server>,
): Match<Server[]>[] {
  const fileOf = ({ creation }: Server): string => model.pathOf(creation.getSourceFile());
  const graph = new ModuleGraph(model.snapshot);
  return [...new Set(servers.map(fileOf))].map((entry): Match<Server[]> => {
    const starters = graph.startedBy(entry);
    const together = servers.filter((server) => [...graph.startedBy(fileOf(server))].some((f) => starters.has(f)));
    const own = together.filter((server) => fileOf(server) === entry);
    const all = [...own, ...together.filter((server) => !own.includes(server))];
    const options = all.map(optionsOf);
    const [first] = options;
    return {
      entry,
      paths: [...new Set(options.flatMap(({ paths }) => paths))],
      transports: [...new Set(options.flatMap(({ transports }) => transports))],
      ...(first?.port === undefined ? {} : { port: first.port }),
      confidence: own.some(isStarted) ? 2 : 1,
      notes: [],
      handle: all,
    };
  });
}
