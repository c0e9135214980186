import { detect } from '../../../../src/servers/detect.ts';
import { onTop } from '../../../../src/servers/edits/overlay.ts';
import { planHttpEntry } from '../../../../src/servers/stdio/index.ts';
import type { Edit } from '../../../../src/types.ts';
import { apply, snapshotOf, type Files } from '../fetch/support.ts';

export const IMPORTS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';`;

export const START = `async function main() {
  const transport = new StdioServerTransport();
  await server.connect(transport);
}

main();`;

/** A project of one file, which its `start` script runs. */
export function project(lines: string, others: Files = {}): Files {
  const manifest = '{ "type": "module", "scripts": { "start": "tsx src/index.ts" } }';
  return { 'package.json': manifest, 'src/index.ts': `${IMPORTS}\n\n${lines}\n`, ...others };
}

/** Why HTTP is not added. */
export function refusal(files: Files): string {
  const plan = planHttpEntry(snapshotOf(files));
  return 'refused' in plan ? plan.refused : 'not refused';
}

/** The project with HTTP and the gate in it. */
export function withHttp(files: Files): Files {
  const plan = planHttpEntry(snapshotOf(files));
  if ('refused' in plan) throw new Error(plan.refused);
  const { adapter, model, match } = detect(plan.snapshot);
  const authDir = match.entry.includes('/') ? 'src/auth' : 'auth';
  const scopes = { toolScopes: {}, publicTools: [], baseScopes: [] };
  const gate = adapter.edit(model, match, { authDir, resource: 'http://localhost:3000/mcp', scopes });
  return apply(files, onTop(plan.edits, gate) as Edit[]);
}

/** `src/index.ts` with HTTP, without its imports. */
export function started(lines: string, others: Files = {}): string {
  const text = withHttp(project(lines, others))['src/index.ts'] ?? '';
  return text.slice(text.indexOf('\n\n') + 2).trimEnd();
}
