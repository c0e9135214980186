import semver from 'semver';
import type { SourceFile } from 'ts-morph';
import { transportsOf, uncoveredNotes } from '../fetch-shared/facts.ts';
import { callsOf, exportedHandlers, type ExportedHandler } from '../fetch-shared/handlers.ts';
import { reachOf, type Reach } from '../fetch-shared/reach.ts';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';
import type { CodeModel } from '../model.ts';
import { sharedTransportNotes } from '../shared-transport.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editNext } from './edit.ts';
import { handlerPaths } from './handler-paths.ts';
import { middlewareNotes } from './middleware-notes.ts';
import { devPort } from './port.ts';
import { routePath, type RoutePath } from './route-path.ts';

/** One route file. */
export interface NextRoute {
  file: SourceFile;
  route: RoutePath;
  handlers: ExportedHandler[];
  calls: TransportCall[];
  /** Paths of the older SSE transport that the same file answers. */
  legacy: string[];
}

/** What the adapter keeps between recognising and editing: the route that was meant, and the others of the same app. */
export interface NextMatch extends NextRoute {
  others: NextRoute[];
}

/** The first `@vercel/mcp-adapter` that hands `request.auth` on. */
const OLDEST_WITH_USERS = '0.8.0';

/** Route handlers of the Next.js App Router. */
export const nextAdapter: ServerAdapter<NextMatch> = { id: 'next', recognise, edit: editNext };

function recognise(model: CodeModel): Match<NextMatch>[] {
  if (model.snapshot.manifest.allDependencies['next'] === undefined) return [];
  const reach = reachOf(model);
  if (reach.calls.length === 0) return [];
  const port = devPort(model.snapshot.manifest.scripts);
  const found = model.sourceFiles().flatMap((file) => mcpRoute(model, file, reach));
  return found.map((own): Match<NextMatch> => {
    const { file, route, handlers, calls } = own;
    const others = found.filter((other) => other !== own && other.route.appDir === route.appDir);
    const inOneFile = calls.every(({ call }) => call.getSourceFile() === file);
    const all = [own, ...others];
    return {
      entry: model.pathOf(file),
      beside: others.map((other) => model.pathOf(other.file)),
      paths: [...all.flatMap((each) => each.route.path ?? []), ...all.flatMap((each) => each.legacy)],
      transports: [...transportsOf(model), ...(own.legacy.length > 0 ? (['sse'] as const) : [])],
      port,
      confidence: inOneFile ? 2 : 1,
      notes: [
        ...notes(model, handlers, calls),
        ...others.flatMap((other) => besideNote(model, own, other)),
        ...uncoveredNotes(
          model,
          reach.calls,
          all.flatMap((each) => each.calls),
        ),
      ],
      handle: { ...own, others },
    };
  });
}

function mcpRoute(model: CodeModel, file: SourceFile, reach: Reach): NextRoute[] {
  const route = routePath(model.pathOf(file));
  if (!route) return [];
  const handlers = exportedHandlers(file);
  const calls = [...new Set(handlers.flatMap((handler) => callsOf(handler, reach)))];
  if (calls.length === 0) return [];
  // A folder like `[transport]` takes many names, and mcp-handler says which of them it answers.
  const paths = route.folder.includes('[') ? handlerPaths(calls) : undefined;
  return [{ file, route: { ...route, path: paths?.mcp ?? route.path }, handlers, calls, legacy: paths?.legacy ?? [] }];
}

/** RFC 9728 §3.3: clients compare the resource in the metadata with the URL that they use. */
function besideNote(model: CodeModel, { route }: NextRoute, other: NextRoute): string[] {
  if (route.path === undefined || other.route.path === route.path) return [];
  const path = model.pathOf(other.file);
  return [`${path} is behind the same gate, which tells clients of ${route.path}: they connect there.`];
}

function notes(model: CodeModel, handlers: ExportedHandler[], calls: TransportCall[]): string[] {
  const found = sharedTransportNotes(model, calls);
  if (handlers.some(({ method }) => method === 'OPTIONS')) {
    found.push('The gate answers OPTIONS from now on; what the route itself answers to it is no longer reached.');
  }
  const adapter = semver.coerce(model.snapshot.versionOf('@vercel/mcp-adapter'));
  if (adapter && semver.lt(adapter, OLDEST_WITH_USERS)) {
    found.push(
      `@vercel/mcp-adapter ${adapter.version} does not tell tools who calls them (that came with ${OLDEST_WITH_USERS}); the gate checks scopes all the same. It is called mcp-handler now.`,
    );
  }
  return [...found, ...middlewareNotes(model)];
}
