import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { detect } from '../../../src/servers/detect.ts';
import { snapshotOf } from '../tools/support.ts';

function failure(source: string): CliError {
  try {
    detect(snapshotOf({ 'src/index.ts': source }, { sdk: undefined }));
  } catch (error) {
    if (error instanceof CliError) return error;
  }
  throw new Error('nothing was refused');
}

describe('frameworks of which no server is seen', () => {
  it.each([
    ['mcp-use, of which nothing listens', `import { MCPServer } from 'mcp-use/server';\nnew MCPServer({ name: 'a' });`],
    [
      'skybridge, of which nothing runs',
      `import { McpServer } from 'skybridge/server';\nnew McpServer({ name: 'a' });`,
    ],
    ['xmcp', `import { type XmcpConfig } from 'xmcp';\nexport default { http: true } satisfies XmcpConfig;`],
  ])('%s: the reason, nothing changed, and what can be done by hand', (_, source) => {
    const { code, message, manual } = failure(source);
    expect(code).toBe('unsupported-shape');
    expect(message).toContain('Nothing was changed.');
    expect(manual?.[0]?.snippet).toBeTruthy();
  });

  it('one that is not known says so', () => {
    expect(failure(`import { Muppet } from 'muppet';`).message).toContain('does not rewrite yet');
  });
});
