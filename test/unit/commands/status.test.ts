import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyRemote } from '../../../src/apply/index.ts';
import { status } from '../../../src/commands/status.ts';
import type { Drift } from '../../../src/drift/types.ts';
import { copyOfFixture, discard, runAdd, silentIo } from '../../support/project.ts';

const SCOPES = 'src/auth/scopes.ts';
let project: string;

beforeEach(async () => {
  project = copyOfFixture('express5-sessions');
  await runAdd(project, { verify: false });
});
afterEach(() => discard(project));

function edit(name: string, change: (text: string) => string): void {
  const file = path.join(project, name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

async function drift(): Promise<Pick<Drift, 'what' | 'message'>[]> {
  const { json } = await status({ dir: project, json: true }, silentIo().io);
  return (json as { drift: Drift[] }).drift.map(({ what, message }) => ({ what, message }));
}

describe('the environment', () => {
  it('agrees after a run', async () => {
    expect(await drift()).toEqual([]);
  });

  it('has a key that is gone, and one with another value', async () => {
    edit('.env', (text) =>
      text.replace(/^MCP_AUTH_AUDIENCE=.*\n/m, '').replace(/^MCP_AUTH_ISSUER=.*/m, 'MCP_AUTH_ISSUER=https://b.example'),
    );
    expect(await drift()).toEqual([
      {
        what: 'env',
        message: '.env sets MCP_AUTH_ISSUER to https://b.example, the state says http://localhost:9400.',
      },
      { what: 'env', message: '.env does not set MCP_AUTH_AUDIENCE.' },
    ]);
  });

  it('lacks a key that only this provider has', async () => {
    edit('.mcp-builder/state.json', (text) => text.replace('"MCP_AUTH_ISSUER"', '"MCP_AUTH_ISSUER", "ITS_OWN"'));
    expect(await drift()).toEqual([{ what: 'env', message: '.env does not set ITS_OWN.' }]);
  });
});

describe('the text for people', () => {
  it('says what a tool without scopes asks for', async () => {
    edit(SCOPES, (text) => text.replace(/\[['"]\w+:\w+['"]\]/, '[]'));
    const { io, said } = silentIo();
    await status({ dir: project, json: false }, io);
    expect(said()).toMatch(/Scopes\n {2}\S+ +any signed-in user/);
  });

  it('names the scopes that are asked for now, not those of the last run', async () => {
    edit(SCOPES, (text) => text.replace(/'\w+:\w+'/, "'edit:notes'"));
    const { io, said } = silentIo();
    const { json } = await status({ dir: project, json: false }, io);
    expect(said()).toMatch(/Scopes\n {2}\S+ +edit:notes/);
    expect(json).toMatchObject({ scopes: expect.arrayContaining(['edit:notes']) as unknown });
  });
});

describe('steps at a provider', () => {
  it('that were not finished are told, also where nothing is configured yet', async () => {
    const empty = copyOfFixture('express5-sessions');
    const step = { id: 'api', resource: 'API', verb: 'create', summary: 'API', want: {}, reversible: true } as const;
    const account = { provider: 'auth0', target: { domain: 'tenant.eu.auth0.com' } };
    await applyRemote(empty, account, [step], () => Promise.resolve({ ref: 'a1' }));
    const { io, said } = silentIo();
    const { exit } = await status({ dir: empty, json: true }, io);
    expect(exit).toBe(1);
    expect(said()).toContain('in the middle of its steps at tenant.eu.auth0.com');
    expect(said()).toContain('remove --remote');
    discard(empty);
  });
});
