import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory with these files that is gone after the test. */
export function directory(files: Record<string, string | Buffer>): string {
  const root = mkdtempSync(join(tmpdir(), 'add-auth-project-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

export const MANIFEST = JSON.stringify({ name: 'demo', dependencies: { '@modelcontextprotocol/sdk': '^1.20.0' } });
export const SERVER = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n`;
