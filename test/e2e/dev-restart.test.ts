import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareClient, read } from '../support/oauth-client.ts';
import { startTestIssuer, type TestIssuer } from '../support/oauth-local.ts';

let as: TestIssuer;
const inside = (...names: string[]): string => path.join(as.root, '.mcp-builder', 'add-auth', ...names);
const modeOf = (file: string): number => statSync(file).mode & 0o777;

beforeEach(async () => {
  as = await startTestIssuer('http://localhost:4499/mcp');
});
afterEach(() => as.close());

describe('after a restart', () => {
  it('the keys are the same, so tokens from before stay good', async () => {
    const keys = await (await fetch(`${as.settings.issuer}/jwks`)).json();
    await as.restart();
    expect(await (await fetch(`${as.settings.issuer}/jwks`)).json()).toEqual(keys);
  });

  it('a client is still registered, may refresh, and the browser is still signed in', async () => {
    const client = await BareClient.register(as.settings.issuer);
    const cookies = new Map<string, string>();
    const scope = 'read:tasks offline_access';
    const tokens = await client.login({ scope, prompt: 'consent' }, { cookies, user: 'anna' });
    await as.restart();
    expect((await client.refresh(tokens['refresh_token'])).status).toBe(200);
    const again = await client.login({ scope: 'write:tasks' }, { cookies, user: 'somebody else' });
    expect(read(again['access_token']).claims.sub).toBe('anna');
  });

  it('a rotated refresh token is still of no use', async () => {
    const client = await BareClient.register(as.settings.issuer);
    const tokens = await client.login({ scope: 'read:tasks offline_access', prompt: 'consent' });
    await client.refresh(tokens['refresh_token']);
    await as.restart();
    expect((await client.refresh(tokens['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  it('files that are damaged are made anew', async () => {
    await as.server.close();
    writeFileSync(inside('local-as', 'keys.json'), '{');
    writeFileSync(inside('local-as', 'store.json'), '[');
    await as.restart();
    const client = await BareClient.register(as.settings.issuer);
    expect((await client.login({ scope: 'read:tasks' }))['access_token']).toBeTruthy();
  });
});

describe('what is kept', () => {
  it('is for this user only and ignored by git', async () => {
    await BareClient.register(as.settings.issuer);
    await as.restart();
    expect(readFileSync(inside('.gitignore'), 'utf8')).toBe('*\n');
    expect(modeOf(inside())).toBe(0o700);
    expect(modeOf(inside('local-as'))).toBe(0o700);
    for (const name of ['keys.json', 'store.json']) expect(modeOf(inside('local-as', name))).toBe(0o600);
  });

  it('does not include authorization codes or half-finished logins', async () => {
    const client = await BareClient.register(as.settings.issuer);
    await client.authorize();
    await as.restart();
    const kinds = Object.keys(JSON.parse(readFileSync(inside('local-as', 'store.json'), 'utf8')) as object);
    expect(new Set(kinds.map((key) => key.split(':')[0]))).toEqual(new Set(['Client', 'Grant', 'Session']));
  });
});
