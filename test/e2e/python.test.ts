import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error: a build script, in JavaScript
import { buildTemplates } from '../../scripts/build-templates.mjs';
import { status } from '../../src/commands/status.ts';
import { bytesOf, copyOfFixture, discard, runAdd, runRemove, silentIo } from '../support/project.ts';
import { ROOT } from '../support/built.ts';

const FIXTURES = readdirSync(path.join(ROOT, 'test/fixtures')).filter((name) => name.startsWith('python-'));

let project: string;
afterEach(() => discard(project));
beforeAll(async () => {
  await (buildTemplates as () => Promise<void>)();
});

const read = (name: string): string => readFileSync(path.join(project, name), 'utf8');
const edit = (name: string, change: (text: string) => string): void =>
  writeFileSync(path.join(project, name), change(read(name)));

describe.each(FIXTURES)('%s', (name) => {
  it('is protected, found up to date, and put back byte for byte', async () => {
    project = copyOfFixture(name);
    const before = bytesOf(project);
    const { exit, json } = await runAdd(project);
    expect(json.manual).toEqual([]);
    expect(exit).toBe(0);
    expect(json.project).toMatchObject({ language: 'python', auth: 'none' });
    const files = json.changes.files.map((change) => change.path);
    const folder = path.posix.join(path.posix.dirname(json.project.entry), 'mcp_auth');
    expect(files).toEqual(expect.arrayContaining([`${folder}/gate.py`, `${folder}/scopes.py`, '.env']));
    expect(Object.keys(json.toolScopes).length).toBeGreaterThan(0);

    const again = await runAdd(project);
    expect(again.json.changes).toEqual({ files: [], remote: [], install: [], env: [] });
    expect(again.json.project.auth).toBe('add-auth');
    expect(await status({ dir: project, json: true }, silentIo().io)).toMatchObject({ exit: 0, json: { drift: [] } });

    await runRemove(project);
    expect(bytesOf(project)).toEqual(before);
  });
});

describe('a Python project that is protected', () => {
  beforeEach(async () => {
    project = copyOfFixture('python-sdk1-script');
    await runAdd(project);
  });

  it('gets just the tool that is new, and keeps what people changed in the scope map', async () => {
    edit('mcp_auth/scopes.py', (text) => text.replace('["delete:tasks"],', '["admin"],  # ours'));
    edit('server.py', (text) =>
      text.replace('@mcp.tool', '@mcp.tool()\ndef archive() -> str:\n    return ""\n\n\n@mcp.tool'),
    );
    expect((await status({ dir: project, json: true }, silentIo().io)).json).toMatchObject({
      drift: expect.arrayContaining([expect.objectContaining({ what: 'scopes', subject: 'archive' })]),
    });
    const { json } = await runAdd(project);
    expect(json.changes.files.map((change) => change.path).sort()).toEqual([
      '.mcp-builder/state.json',
      'mcp_auth/scopes.py',
    ]);
    expect(read('mcp_auth/scopes.py')).toContain('["admin"],  # ours');
    expect(read('mcp_auth/scopes.py')).toContain('"archive"');
  });

  it('is not taken apart while its own code uses the user', async () => {
    edit('server.py', (text) => `${text}\nfrom mcp_auth import current_user\n`);
    await expect(runRemove(project)).rejects.toMatchObject({ code: 'manual-step' });
    expect(existsSync(path.join(project, 'mcp_auth/gate.py'))).toBe(true);
  });

  it('keeps the bytes of generated code that was edited', async () => {
    edit('mcp_auth/audit.py', (text) => `${text}# ours\n`);
    const { json } = await runAdd(project);
    expect(json.changes.files).toEqual([]);
    expect(read('mcp_auth/audit.py')).toContain('# ours');
  });
});

it('does not write over a package of that name', async () => {
  project = copyOfFixture('python-sdk1-script');
  writeFileSync(path.join(project, 'mcp_auth.py'), 'x = 1\n');
  await expect(runAdd(project)).rejects.toMatchObject({ code: 'unsupported-shape' });
});
