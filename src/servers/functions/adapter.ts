import type { CodeModel } from '../model.ts';
import { middlewareNotes } from '../next/middleware-notes.ts';
import { devPort } from '../next/port.ts';
import { nodeServer, notesOf, transportsOf } from '../node-shared/node-server.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { editFunctions } from './edit.ts';
import { findFunctions, type McpFunction } from './functions.ts';

/**
 * Files whose default export is a handler `(req, res)`: API routes of the Pages Router of Next.js, functions of Vercel.
 * All that lead to MCP are protected together.
 */
export const functionsAdapter: ServerAdapter<McpFunction[]> = {
  id: 'node-function',
  recognise(model: CodeModel) {
    const server = nodeServer(model);
    const found = findFunctions(model);
    return found.map((own): Match<McpFunction[]> => {
      const all = [own, ...found.filter((other) => other !== own)];
      const isNext = own.place.host === 'next';
      return {
        entry: model.pathOf(own.file),
        beside: all.slice(1).map(({ file }) => model.pathOf(file)),
        paths: all.flatMap(({ place }) => place.path ?? []),
        transports: transportsOf(server, own.sinks),
        ...(isNext ? { port: devPort(model.snapshot.manifest.scripts) } : {}),
        confidence: own.sinks.every(({ node }) => node.getSourceFile() === own.file) ? 2 : 1,
        notes: [...notesOf(server, own.sinks), ...(isNext ? middlewareNotes(model) : [])],
        handle: all,
      };
    });
  },
  edit: editFunctions,
};
