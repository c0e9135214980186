import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BINARY, cleanEnvironment, runBuilt } from '../support/built.ts';

let empty: string;
beforeAll(() => void (empty = mkdtempSync(path.join(tmpdir(), 'add-auth-cli-'))));
afterAll(() => rmSync(empty, { recursive: true }));

describe('--json prints exactly one document on stdout, whatever happens', () => {
  it.each([
    ['wrong usage', ['--bogus'], 2, 'usage', 'add'],
    ['a wrong option', ['--tool-scope', 'x'], 2, 'invalid-option', 'add'],
    ['a command with a slip in it', ['statsu'], 2, 'usage', 'add'],
    ['a directory that is not there', ['not/there'], 2, 'no-project', 'add'],
    ['a directory without a project', [], 2, 'no-project', 'add'],
    ['status of nothing', ['status', '--bogus'], 2, 'usage', 'status'],
  ])('%s', async (_, args, code, error, command) => {
    const ended = await runBuilt([...args, '--json'], { cwd: empty });
    const document = JSON.parse(ended.stdout) as { error: { message: string; fix: string } };
    expect(document).toMatchObject({ version: 1, command, ok: false, error: { code: error } });
    expect(document.error.message).toMatch(/\.$/);
    expect(document.error.fix).not.toBe('');
    expect(ended.stderr).toContain(document.error.message);
    expect(ended.code).toBe(code);
  });
});

describe('without --json', () => {
  it('stdout stays empty when something is wrong, and stderr says what and what to do', async () => {
    const ended = await runBuilt([], { cwd: empty });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.trim().split('\n').length).toBeGreaterThanOrEqual(2);
    expect(ended.stderr).not.toContain('\x1b');
  });

  it('--help and --version go to stdout and end with 0', async () => {
    expect(await runBuilt(['--version'])).toMatchObject({ code: 0, stderr: '' });
    const help = await runBuilt(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: add-auth');
  });
});

it('a reader that goes away is no error', async () => {
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-c', `set -o pipefail; "$0" "$1" --help | true`, process.execPath, BINARY],
    {
      env: cleanEnvironment(),
    },
  );
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
});

it('a project that is no MCP server is left alone: exit code 3 and the reason', async () => {
  writeFileSync(path.join(empty, 'package.json'), '{ "name": "x" }');
  const ended = await runBuilt(['--provider', 'local', '--json'], { cwd: empty });
  expect(ended.code).toBe(3);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, error: { code: 'not-an-mcp-project' } });
  expect(readdirSync(empty)).toEqual(['package.json']);
});
