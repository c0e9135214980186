import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { doctor } from '../../src/commands/doctor.ts';
import type { DoctorOptions } from '../../src/commands/doctor-options.ts';
import type { CheckResult } from '../../src/doctor/types.ts';
import { startLocalServer, type LocalServer } from '../../src/dev/server.ts';
import { readSettings } from '../../src/dev/settings.ts';
import { token } from '../../src/commands/token.ts';
import { json, listen } from '../fakes/doctor/answers.ts';
import { copyOfFixture, discard, runAdd, silentIo } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

const DEFAULTS: DoctorOptions = {
  target: '.',
  register: false,
  login: false,
  watch: false,
  fix: false,
  yes: true,
  strict: true,
  verbose: false,
  timeout: 5000,
  json: true,
};

interface Result {
  exit: number;
  checks: CheckResult[];
  rootCauses: string[];
}

async function run(options: Partial<DoctorOptions>): Promise<Result> {
  const { exit, json } = await doctor({ ...DEFAULTS, ...options }, silentIo().io);
  return { exit, ...(json as Omit<Result, 'exit'>) };
}

const trouble = ({ checks }: Result): string[] =>
  checks.filter(({ status }) => status === 'fail' || status === 'warn').map(({ id, detail }) => `${id}: ${detail}`);

/** A rewritten server beside the embedded authorization server is what add-auth itself calls healthy. */
describe.each([{ name: 'express5-sessions' }, { name: 'fastify-ts' }, { name: 'hono-sessions' }])(
  'a rewritten $name',
  ({ name }) => {
    let project: string;
    let server: RunningServer;
    let issuer: LocalServer;
    let resource: string;
    const report = { info: () => undefined, warn: () => undefined };

    beforeAll(async () => {
      project = copyOfFixture(name);
      const port = await freePort();
      const preview = await runAdd(project, { dryRun: true });
      resource = `http://127.0.0.1:${port}${preview.json.project.endpoint}`;
      const added = await runAdd(project, { resource, issuer: `http://127.0.0.1:${await freePort()}`, verify: false });
      expect(added.exit).toBe(0);
      issuer = await startLocalServer({ root: project, settings: () => readSettings(project), report });
      server = await startProject(project, port);
    });
    afterAll(async () => {
      await server?.stop();
      await issuer?.close();
      discard(project);
    });

    it('is healthy, by its URL', async () => {
      const result = await run({ target: resource });
      expect(trouble(result)).toEqual([]);
      expect(result.exit).toBe(0);
    });

    it('is healthy, by its directory, with a token and registrations', async () => {
      const { json } = await token({ dir: project, json: true } as never, silentIo().io);
      const result = await run({
        target: project,
        token: (json as { accessToken: string }).accessToken,
        register: true,
      });
      const noSession = 'rs.session: An unknown session is answered with 400';
      expect(trouble(result).filter((line) => !line.startsWith(noSession))).toEqual([]);
      expect(result.checks.find(({ id }) => id === 'rs.accepts')?.status).toBe('pass');
      expect(result.checks.find(({ id }) => id === 'env.load')?.status).toBe('pass');
    });
  },
);

describe('a project whose server is not running', () => {
  let project: string;
  beforeAll(async () => {
    project = copyOfFixture('node-http-ts');
    await runAdd(project, { verify: false });
  });
  afterAll(() => discard(project));
  const edit = (change: (env: string) => string): void => {
    const file = path.join(project, '.env');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };

  it('has its settings judged, and says before all else that the server is not running, and how to start it', async () => {
    const result = await run({ target: project, strict: false });
    expect(result).toMatchObject({ exit: 0, rootCauses: ['net.reach'] });
    expect(result.checks.find(({ id }) => id === 'net.reach')).toMatchObject({
      status: 'warn',
      title: 'The server is not running',
      detail: expect.stringContaining('Nothing answers at http://localhost:') as string,
      fix: expect.stringContaining('add-auth dev -- npm start') as string,
    });
    expect((await run({ target: project, strict: true })).exit).toBe(1);
  });

  it('is told to be built again where an older build of it runs, which asks nobody for a token', async () => {
    const { origin, port, close } = await listen((ask) =>
      ask.method === 'POST' ? json({ jsonrpc: '2.0', id: 1, result: { tools: [] } }) : json({}, 404),
    );
    const older = copyOfFixture('node-http-ts');
    await runAdd(older, { resource: `${origin}/mcp`, verify: false });
    const { rootCauses, checks } = await run({ target: older });
    await close();
    discard(older);
    expect(rootCauses[0]).toBe('ch.status');
    expect(checks.find(({ id }) => id === 'ch.status')?.fix).toMatch(
      new RegExp(`127.0.0.1:${port}, rebuild the server and start it again: .*npm start`),
    );
  });

  it('is the cause that comes first when it has no auth at all, with add-auth as the fix', async () => {
    const open = copyOfFixture('node-http-ts');
    appendFileSync(path.join(open, 'src/server.ts'), "export const apiKey = 'k9Qx2mVb7Lr4Tn8W';\n");
    const { exit, rootCauses, checks } = await run({ target: open });
    discard(open);
    expect({ exit, first: rootCauses[0] }).toEqual({ exit: 1, first: 'src.middleware-order' });
    expect(rootCauses).toContain('env.secrets');
    expect(checks.find(({ id }) => id === 'src.middleware-order')).toMatchObject({
      title: 'The server asks for a token',
      fix: expect.stringContaining('Run npx add-auth') as string,
    });
  });

  const BROKEN: [cause: string, how: string, breakIt: (env: string) => string][] = [
    ['env.load', 'a variable is missing', (env) => env.replace(/^MCP_AUTH_AUDIENCE=.*\n/m, '')],
    ['env.format', 'line ends of Windows', (env) => env.replaceAll('\n', '\r\n')],
    ['env.format', 'a blank at the end', (env) => env.replace(/^(MCP_AUTH_AUDIENCE=.*)$/m, '$1 ')],
    ['env.format', 'no scheme', (env) => env.replace(/^(MCP_AUTH_ISSUER=)http:\/\//m, '$1')],
    [
      'env.public-url',
      'another URL',
      (env) => env.replace(/^MCP_RESOURCE_URL=.*$/m, 'MCP_RESOURCE_URL=http://localhost:9/mcp'),
    ],
  ];

  it('has the variable that is wrong in the title, when that is not the public URL', async () => {
    const file = path.join(project, '.env');
    const before = readFileSync(file, 'utf8');
    edit((env) => env.replace(/^MCP_AUTH_AUDIENCE=.*$/m, 'MCP_AUTH_AUDIENCE=https://other.example/mcp'));
    const { rootCauses, checks } = await run({ target: project });
    writeFileSync(file, before);
    expect(rootCauses).toEqual(['env.public-url']);
    expect(checks.find(({ id }) => id === 'env.public-url')?.title).toBe('MCP_AUTH_AUDIENCE is what add-auth set up');
  });

  it.each(BROKEN)('%s: %s, and --fix repairs it', async (cause, _, breakIt) => {
    edit(breakIt);
    const result = await run({ target: project });
    expect(result).toMatchObject({ exit: 1, rootCauses: [cause] });
    const fixed = await run({ target: project, fix: true, strict: false });
    expect(fixed).toMatchObject({ exit: 0, rootCauses: ['net.reach'] });
  });
});
