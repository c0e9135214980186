import { describe, expect, it } from 'vitest';
import { addIgnored } from '../../../../src/edit/gitignore.ts';

const OURS = ['.env', '.mcp-builder/add-auth/'];

describe('a .gitignore', () => {
  it('is made when there is none', () => {
    expect(addIgnored(undefined, OURS)).toBe('.env\n.mcp-builder/add-auth/\n');
  });

  it('gets what is missing at its end, in its own line endings', () => {
    expect(addIgnored('node_modules\r\n.env\r\n', OURS)).toBe('node_modules\r\n.env\r\n.mcp-builder/add-auth/\r\n');
    expect(addIgnored('node_modules', ['.env'])).toBe('node_modules\n.env\n');
  });

  it('is not touched a second time', () => {
    const once = addIgnored('dist/\n', OURS);
    expect(addIgnored(once, OURS)).toBe(once);
  });

  it.each(['.env', '/.env', '**/.env', '.env*', '*.env', '*', '.env  '])('needs no .env beside %j', (pattern) => {
    expect(addIgnored(`${pattern}\n`, ['.env'])).toBe(`${pattern}\n`);
  });

  it.each(['.mcp-builder', '/.mcp-builder/', '.mcp-builder/add-auth', '**/.mcp-builder/'])(
    'sees that %j covers ours',
    (pattern) => {
      expect(addIgnored(`${pattern}\n`, ['.mcp-builder/add-auth/'])).toBe(`${pattern}\n`);
    },
  );

  it.each(['#.env', '.env.local', '.env.*', '.env/', 'env', 'config/.env', '.env\n!.env'])(
    'needs .env beside %j',
    (pattern) => {
      expect(addIgnored(`${pattern}\n`, ['.env'])).toBe(`${pattern}\n.env\n`);
    },
  );
});
