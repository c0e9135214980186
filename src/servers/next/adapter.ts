import type { SourceFile } from 'ts-morph';
import { NEXT_MIDDLEWARE } from '../../project/source-files.ts';
import { transportsOf, uncoveredNotes } from '../fetch-shared/facts.ts';
import { callsOf, exportedHandlers, type ExportedHandler } from '../fetch-shared/handlers.ts';
import { reachOf } from '../fetch-shared/reach.ts';
import type { TransportCall } from '../fetch-shared/transport-calls.ts';
import type { CodeModel } from '../model.ts';
import { sharedTransportNotes } from '../shared-transport.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editNext } from './edit.ts';
import { devPort } from './port.ts';
import { routePath, type RoutePath } from './route-path.ts';

/** What the adapter keeps between recognising and editing: one route file. */
export interface NextMatch {
  file: SourceFile;
  route: RoutePath;
  handlers: ExportedHandler[];
  calls: TransportCall[];
}

/** Route handlers of the Next.js App Router. */
export const nextAdapter: ServerAdapter<NextMatch> = { id: 'next', recognise, edit: editNext };

function recognise(model: CodeModel): Match<NextMatch>[] {
  if (model.snapshot.manifest.allDependencies['next'] === undefined) return [];
  const reach = reachOf(model);
  if (reach.calls.length === 0) return [];
  const port = devPort(model.snapshot.manifest.scripts);
  return model.sourceFiles().flatMap((file): Match<NextMatch>[] => {
    const entry = model.pathOf(file);
    const route = routePath(entry);
    if (!route) return [];
    const handlers = exportedHandlers(file);
    const calls = [...new Set(handlers.flatMap((handler) => callsOf(handler, reach)))];
    if (calls.length === 0) return [];
    const inOneFile = calls.every(({ call }) => call.getSourceFile() === file);
    return [
      {
        entry,
        paths: route.path === undefined ? [] : [route.path],
        transports: transportsOf(model),
        port,
        confidence: inOneFile ? 2 : 1,
        notes: [...notes(model, handlers, calls), ...uncoveredNotes(model, reach.calls, calls)],
        handle: { file, route, handlers, calls },
      },
    ];
  });
}

function notes(model: CodeModel, handlers: ExportedHandler[], calls: TransportCall[]): string[] {
  const found = sharedTransportNotes(model, calls);
  if (handlers.some(({ method }) => method === 'OPTIONS')) {
    found.push('The gate answers OPTIONS from now on; what the route itself answers to it is no longer reached.');
  }
  const middleware = model
    .sourceFiles()
    .map((file) => model.pathOf(file))
    .find((path) => NEXT_MIDDLEWARE.includes(path));
  if (middleware) {
    found.push(
      `${middleware} runs before every route: it must let /.well-known/oauth-protected-resource and the MCP route pass.`,
    );
  }
  return found;
}
