import type { Transport } from '../../types.ts';
import { Constants } from '../syntax/constants.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import { objectsOf } from '../syntax/objects.ts';
import { joinPaths } from '../syntax/paths.ts';
import { propertyValue } from '../syntax/properties.ts';
import { staticPort, staticString } from '../syntax/static-value.ts';
import type { CodeModel } from '../model.ts';
import { fastMcpServers, type FastMcpServer } from './servers.ts';

/** How a server is started, as far as the source says. */
export interface StartOptions {
  transports: Transport[];
  endpoint: string;
  /** What stands before every path of fastmcp's own but the older `/sse` and `/messages`. */
  basePath: string;
  port?: number;
}

/** Reads the `start` calls of a server. Without any options fastmcp takes them from the command line and the environment. */
export function startOptions(model: CodeModel, { starts }: FastMcpServer): StartOptions {
  const constants = new Constants(identifiersOf(model));
  const objects = starts.flatMap(({ options }) => objectsOf(options));
  const isOpen = starts.length === 0 || starts.some(({ options }) => objectsOf(options).length === 0);
  const kinds = objects.map((object) => constants.strings(propertyValue(object, 'transportType')));
  const may = (kind: string): boolean => isOpen || kinds.some((each) => each === undefined || each.includes(kind));
  const streams = objects.flatMap((object) => objectsOf(propertyValue(object, 'httpStream')));
  const text = (name: string): string | undefined =>
    streams.map((object) => staticString(propertyValue(object, name))).find((each) => each !== undefined);
  const port = streams.map((object) => staticPort(propertyValue(object, 'port'))).find((each) => each !== undefined);
  const isHttp = may('httpStream') || may('sse');
  const basePath = joinPaths(text('basePath') ?? '');
  return {
    // fastmcp opens `/sse` beside the endpoint, whatever it is told.
    transports: [...(isHttp ? (['streamable-http', 'sse'] as const) : []), ...(may('stdio') ? ['stdio' as const] : [])],
    endpoint: joinPaths(basePath, text('endpoint') ?? '/mcp'),
    basePath: basePath === '/' ? '' : basePath,
    port: port ?? 8080,
  };
}

/** The servers that, by what the source says, may listen for HTTP. */
export function listeningServers(model: CodeModel): FastMcpServer[] {
  return fastMcpServers(model).filter((server) => startOptions(model, server).transports.includes('streamable-http'));
}
