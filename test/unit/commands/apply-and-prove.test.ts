import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { add } from '../../../src/commands/add.ts';
import { ROOT } from '../../support/built.ts';
import { ADD_DEFAULTS, silentIo } from '../../support/project.ts';

let project: string;
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'add-auth-not-installed-'));
  cpSync(path.join(ROOT, 'test/fixtures/express5-sessions/before'), project, { recursive: true });
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

it('a project that is not installed is checked as far as that goes, whatever its lock file names', async () => {
  const packages = { 'node_modules/jose': { version: '6.0.0' } };
  writeFileSync(path.join(project, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  const { io, said } = silentIo();
  expect(await add({ ...ADD_DEFAULTS, dir: project }, io)).toMatchObject({ exit: 0 });
  expect(said()).toContain('it type-checks as before, as far as that goes without @modelcontextprotocol/sdk');
  expect(said()).toContain('jose@^6 still has to be installed.');
});
