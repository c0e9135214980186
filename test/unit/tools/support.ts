import { parseManifest } from '../../../src/project/manifest.ts';
import type { ProjectSnapshot } from '../../../src/project/snapshot.ts';
import { createCodeModel, type CodeModel } from '../../../src/servers/model.ts';
import { listTools } from '../../../src/servers/tools/index.ts';

/** A snapshot that was never on a disk: sources by path. */
export function snapshotOf(
  sources: Record<string, string>,
  options: { manifest?: object; sdk?: string | undefined; compilerOptions?: Record<string, unknown> } = {},
): ProjectSnapshot {
  const manifest = { type: 'module', dependencies: { '@modelcontextprotocol/sdk': '^1.20.0' }, ...options.manifest };
  return {
    root: '/somewhere',
    files: new Map(Object.entries(sources)),
    manifest: parseManifest('package.json', JSON.stringify(manifest)),
    versionOf: (name) =>
      name === '@modelcontextprotocol/sdk' ? ('sdk' in options ? options.sdk : '1.20.0') : undefined,
    packageManager: { name: 'npm', root: '/somewhere' },
    ...(options.compilerOptions
      ? { tsconfig: { path: 'tsconfig.json', compilerOptions: options.compilerOptions } }
      : {}),
    git: { inside: false, isDirty: () => false },
  };
}

export function modelOf(sources: Record<string, string>): CodeModel {
  return createCodeModel(snapshotOf(sources));
}

/** Imports that nearly every example needs. */
export const MCP = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
`;

/** Tools of a server that starts in `server.ts`; the imports above are in front of it. */
export function tools(source: string, others: Record<string, string> = {}): ReturnType<typeof listTools> {
  return listTools(modelOf({ 'server.ts': MCP + source, ...others }), { entries: ['server.ts'] });
}

export function names(source: string, others: Record<string, string> = {}): string[] {
  return tools(source, others).tools.map((tool) => tool.name);
}
