import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BINARY, cleanEnvironment, ROOT } from '../support/built.ts';
import { copyOfFixture, discard, runAdd } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';
import { startTokenProvider, type TokenProvider } from '../support/token-provider.ts';

const SCOPES = ['read:tasks', 'write:tasks', 'delete:tasks', 'use:whoami'];
const BROWSER = `${process.execPath} ${path.join(ROOT, 'test/support/browser.mjs')}`;

let project: string;
let resource: string;
let as: TokenProvider;
let server: RunningServer;
beforeAll(async () => {
  project = copyOfFixture('express4-cjs');
  const port = await freePort();
  resource = `http://127.0.0.1:${port}/mcp`;
  as = await startTokenProvider({ resource, scopes: SCOPES });
  expect((await runAdd(project, { provider: 'custom', issuer: as.issuer, resource, verify: false })).exit).toBe(0);
  // What npx finds once add-auth is among the packages of a project.
  const bin = path.join(project, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(BINARY, path.join(bin, 'add-auth'));
  server = await startProject(project, port);
});
afterAll(async () => {
  await server?.stop();
  await as?.close();
  discard(project);
});

/** The first shell block of the README that fetches a token. */
function readmeCommand(): string {
  const blocks = readFileSync(path.join(ROOT, 'README.md'), 'utf8').split('```sh\n').slice(1);
  const block = blocks.find((each) => each.includes('$(npx add-auth token)'));
  return block?.split('\n```')[0] ?? '';
}

it('the curl command of the README lists the tools of a protected server', async () => {
  const command = readmeCommand();
  expect(command).toContain('curl -H "Authorization: Bearer $(npx add-auth token)"');
  const line = command.replace('http://localhost:3000/mcp', resource);
  expect(line).toContain(resource);
  const env = cleanEnvironment({ BROWSER, npm_config_offline: 'true' });
  const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: project, env });
  const event = stdout.split('\n').find((each) => each.startsWith('data: '));
  const { result } = JSON.parse(event?.slice(6) ?? stdout) as { result: { tools: { name: string }[] } };
  expect(result.tools.map(({ name }) => name)).toContain('search-tasks');
  expect(as.authorizations).toHaveLength(1);
});
