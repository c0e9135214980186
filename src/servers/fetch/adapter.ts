import { Node, type SourceFile } from 'ts-morph';
import { transportsOf, uncoveredNotes } from '../fetch-shared/facts.ts';
import { callsOf, exportedHandlers, type ExportedHandler } from '../fetch-shared/handlers.ts';
import { findPort } from '../fetch-shared/port.ts';
import { reachOf, type Reach } from '../fetch-shared/reach.ts';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';
import { findHonoServer } from '../hono/routes.ts';
import type { CodeModel } from '../model.ts';
import { routePath } from '../next/route-path.ts';
import { sharedTransportNotes } from '../shared-transport.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editFetch } from './edit.ts';
import { isDoorOfWorker } from '../workers/doors.ts';
import { readPathTests } from './path-tests.ts';
import { findFetchServers, type FetchServer } from './servers.ts';

/** Either one handler for the whole server, or a module with a handler for each HTTP method. */
export type FetchMatch = { calls: TransportCall[] } & (
  | { form: 'server'; server: FetchServer; open: string[] }
  | { form: 'module'; file: SourceFile; handlers: ExportedHandler[] }
);

const DEFAULT_PATH = '/mcp';

/** Handlers of Request and Response without a framework: `export default { fetch }`, `Bun.serve`, `export function POST`. */
export const fetchAdapter: ServerAdapter<FetchMatch> = { id: 'fetch', recognise, edit: editFetch };

function recognise(model: CodeModel): Match<FetchMatch>[] {
  const reach = reachOf(model);
  if (reach.calls.length === 0) return [];
  const routed = new Set(findHonoServer(model)?.routes.flatMap((route) => route.calls.map(({ call }) => call)));
  const isOurs = (calls: TransportCall[]): boolean => calls.some(({ call }) => !routed.has(call));
  return [
    ...findFetchServers(model, reach)
      .filter(({ calls, property }) => isOurs(calls) && !isDoorOfWorker(model, property))
      .map((server) => serverMatch(model, reach, server)),
    ...model.sourceFiles().flatMap((file) => moduleMatch(model, reach, file, isOurs)),
  ];
}

function serverMatch(model: CodeModel, reach: Reach, server: FetchServer): Match<FetchMatch> {
  const entry = model.pathOf(server.file);
  const tests = readPathTests(server.handler, (node) => reach.from(node).length > 0);
  const port = findPort(model, entry);
  return {
    entry,
    paths: tests.mcp.length > 0 ? tests.mcp : [DEFAULT_PATH],
    transports: transportsOf(model),
    ...(port === undefined ? {} : { port }),
    confidence: 2,
    notes: [...sharedTransportNotes(model, server.calls), ...uncoveredNotes(model, reach.calls, server.calls)],
    handle: { form: 'server', server, open: tests.open, calls: server.calls },
  };
}

function moduleMatch(
  model: CodeModel,
  reach: Reach,
  file: SourceFile,
  isOurs: (calls: TransportCall[]) => boolean,
): Match<FetchMatch>[] {
  const entry = model.pathOf(file);
  if (routePath(entry) && model.snapshot.manifest.allDependencies['next'] !== undefined) return [];
  const handlers = exportedHandlers(file);
  const calls = [...new Set(handlers.flatMap((handler) => callsOf(handler, reach)))];
  if (calls.length === 0 || !isOurs(calls)) return [];
  return [
    {
      entry,
      paths: [functionPath(entry)],
      transports: transportsOf(model),
      confidence: 1,
      notes: [...sharedTransportNotes(model, calls), ...uncoveredNotes(model, reach.calls, calls)],
      handle: { form: 'module', file, handlers, calls },
    },
  ];
}

/** Vercel serves `api/mcp.ts` as `/api/mcp`; of other hosts the path is not in the file. */
function functionPath(entry: string): string {
  const segments = entry.split('/');
  if (segments[0] !== 'api') return DEFAULT_PATH;
  const name = (segments.pop() ?? '').split('.')[0];
  return `/${[...segments, ...(name === 'index' ? [] : [name])].join('/')}`;
}

/** SvelteKit, Astro and Remix hand an event to the handler, with the Request inside. */
export function takesEvent(handler: ExportedHandler): boolean {
  const value = handler.form === 'const' ? handler.node.getInitializer() : handler.node;
  if (!Node.isFunctionDeclaration(value) && !Node.isArrowFunction(value) && !Node.isFunctionExpression(value))
    return false;
  return Node.isObjectBindingPattern(value.getParameters()[0]?.getNameNode());
}
