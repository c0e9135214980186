import type { Transport } from '../../types.ts';
import type { CodeModel } from '../model.ts';
import { importedNames } from '../syntax/imports.ts';
import { once } from '../syntax/memo.ts';
import type { TransportCall } from './transport-calls.ts';

const STDIO = ['StdioServerTransport', 'serveStdio'];

/** Streamable HTTP, and stdio where the same package offers that too. */
export function transportsOf(model: CodeModel): Transport[] {
  const hasStdio = model
    .sourceFiles()
    .some((file) => importedNames(file).some(({ imported }) => STDIO.includes(imported)));
  return hasStdio ? ['streamable-http', 'stdio'] : ['streamable-http'];
}

/**
 * Transport calls that no recognised route leads to: a way into the MCP server that was not understood must not go
 * unsaid. Calls of the node transport are the business of the other adapters.
 */
export function uncoveredNotes(model: CodeModel, all: TransportCall[], covered: TransportCall[]): string[] {
  const known = new Set(covered.map(({ call }) => call));
  return all
    .filter(({ kind, call }) => kind !== 'node' && !known.has(call))
    .map(({ call }) => {
      const place = model.placeOf(call);
      return `${place} calls an MCP transport too, from where was not understood: make sure that it is behind the gate.`;
    });
}

const OF_WORKERS = ['wrangler', '@cloudflare/workers-types', '@cloudflare/vite-plugin', 'agents'];
const MODULES_OF_WORKERS = ['cloudflare:workers', 'agents/mcp', 'agents/mcp/server'];

/** Is this a project for Cloudflare Workers, which have neither a file system nor, by default, `process.env`? */
export const isWorker = once((model: CodeModel): boolean => {
  const dependencies = model.snapshot.manifest.allDependencies;
  if (OF_WORKERS.some((name) => dependencies[name] !== undefined)) return true;
  return model
    .sourceFiles()
    .some((file) => importedNames(file).some(({ specifier }) => MODULES_OF_WORKERS.includes(specifier)));
});
