import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyOfTasksServer, runBuilt } from '../support/built.ts';
import { KEY, onTerminal } from '../support/pty.ts';

let project: string;
let untouched: string;
beforeEach(() => {
  project = copyOfTasksServer();
  untouched = fingerprint();
});
afterEach(() => rmSync(project, { recursive: true }));

/** Names and bytes of everything in the project. */
function fingerprint(): string {
  const files = readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${path.relative(project, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

const ASKED = 'Who signs the users in?';
const NAMED = '--provider NAME';

describe('a run that must not ask', () => {
  it.each([
    ['in a pipe', () => runBuilt([], { cwd: project, stdin: 'pipe' })],
    ['with stdin from /dev/null', () => runBuilt([], { cwd: project, stdin: 'ignore' })],
  ])('%s ends with exit code 2 and names the option', async (_, run) => {
    const ended = await run();
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(NAMED);
    expect(fingerprint()).toBe(untouched);
  });

  it.each([
    ['CI is set', [], { env: { CI: '1' } }],
    ['a coding agent drives', [], { env: { CLAUDECODE: '1' } }],
    ['--yes is given', ['--yes'], {}],
    ['--json is given', ['--json'], {}],
    ['stdin is /dev/null', [], { stdin: 'null' as const }],
    ['stdout is no terminal', [], { stdout: 'null' as const }],
  ])('on a terminal when %s: the same', async (_, args, options) => {
    const { code, screen } = await onTerminal(args, { cwd: project, ...options });
    expect(screen).toContain(NAMED);
    expect(screen).not.toContain('Keycloak\n');
    expect(code).toBe(2);
    expect(fingerprint()).toBe(untouched);
  });
});

describe('a run that may ask', () => {
  it('shows what it found, asks, shows the plan, and prints the command that does the same', async () => {
    const { code, screen, left } = await onTerminal(['--provider', 'local', '--no-install'], {
      cwd: project,
      steps: [
        ['exactly as clients type it', KEY.enter],
        ['Scopes for each tool', KEY.enter],
        ['Write these changes?', KEY.enter],
      ],
    });
    expect({ left, screen: left.length > 0 ? screen : '' }).toEqual({ left: [], screen: '' });
    expect(screen).toContain('Found express server');
    expect(screen.indexOf('Found express server')).toBeLessThan(screen.indexOf('exactly as clients type it'));
    expect(screen).toContain('protectMcp(app');
    expect(screen).toContain('npx add-auth@latest --provider local');
    expect(code).toBe(0);
    expect(fingerprint()).not.toBe(untouched);
  });

  it.each([
    ['the first question', []],
    [
      'the scopes table',
      [[ASKED, KEY.enter] as [string, string], ['exactly as clients type it', KEY.enter] as [string, string]],
    ],
  ])('Ctrl-C at %s ends with 130 and leaves nothing behind', async (_, steps) => {
    const last = steps.length === 0 ? ASKED : 'Scopes for each tool';
    const { code, screen } = await onTerminal([], { cwd: project, steps: [...steps, [last, KEY.ctrlC]] });
    expect(screen).toContain('nothing was changed');
    expect(code).toBe(130);
    expect(fingerprint()).toBe(untouched);
  });

  it('Ctrl-C while the changes are written ends with 130 and leaves nothing behind', async () => {
    const { code, screen } = await onTerminal(['--provider', 'local', '--no-install', '--yes'], {
      cwd: project,
      steps: [['Writing the changes', KEY.ctrlC]],
    });
    expect(screen).toContain('Interrupted');
    expect(code).toBe(130);
    expect(fingerprint()).toBe(untouched);
  });

  it('closing the terminal input under a question ends with 130 too', async () => {
    const { code } = await onTerminal([], { cwd: project, steps: [[ASKED, KEY.ctrlD]] });
    expect(code).toBe(130);
    expect(fingerprint()).toBe(untouched);
  });
});
