import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { liveSettings, readSettings } from '../../../src/dev/settings.ts';

let root: string;
let file: string;
let clock = 1_000_000;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'add-auth-settings-'));
  mkdirSync(path.join(root, '.mcp-builder'));
  file = path.join(root, '.mcp-builder', 'state.json');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(text: string): void {
  writeFileSync(file, text);
  clock += 1;
  utimesSync(file, clock, clock);
}
const local = {
  provider: 'local',
  issuer: 'http://localhost:9500',
  resource: 'http://localhost:3000/mcp',
  audience: 'api://tasks',
  scopes: ['read:tasks'],
  toolScopes: { add: ['write:tasks'] },
};
const state = (auth: object): string => JSON.stringify({ other: 'kept', auth });

describe('the settings of a project', () => {
  it('come from its state file', () => {
    write(state(local));
    expect(readSettings(root)).toEqual({
      issuer: 'http://localhost:9500',
      resource: 'http://localhost:3000/mcp',
      audience: 'api://tasks',
      scopes: ['read:tasks', 'write:tasks'],
      defaultScopes: ['read:tasks', 'write:tasks'],
    });
  });

  it('have defaults for issuer and audience, and grant the base scopes when they are known', () => {
    write(
      state({ provider: 'local', resource: 'http://localhost:3000/mcp', baseScopes: ['mcp'], scopes: ['a', 'mcp'] }),
    );
    expect(readSettings(root)).toMatchObject({
      issuer: 'http://localhost:9400',
      audience: 'http://localhost:3000/mcp',
      scopes: ['mcp', 'a'],
      defaultScopes: ['mcp'],
    });
  });

  it.each<[string, string | undefined, string, number]>([
    ['there is no state file', undefined, 'missing-answer', 2],
    ['add-auth has not been here', '{}', 'missing-answer', 2],
    ['another provider is used', state({ ...local, provider: 'custom' }), 'usage', 2],
    ['the file is not JSON', '{', 'state-unreadable', 1],
    ['auth is not an object', '{"auth":[]}', 'state-unreadable', 1],
    ['the resource is missing', state({ provider: 'local' }), 'state-unreadable', 1],
    ['the issuer is not on this machine', state({ ...local, issuer: 'https://a.example' }), 'invalid-url', 2],
  ])('cannot be had when %s', (_name, text, code, exit) => {
    if (text !== undefined) write(text);
    expect(() => readSettings(root)).toThrow(expect.objectContaining({ code, exit }) as Error);
  });
});

describe('while the server runs', () => {
  const said: string[] = [];
  const report = { info: () => undefined, warn: (message: string) => void said.push(message) };

  it('new scopes are seen at once', () => {
    write(state(local));
    const settings = liveSettings(root, report);
    write(state({ ...local, scopes: ['delete:tasks'] }));
    expect(settings().scopes).toContain('delete:tasks');
  });

  it('a broken file changes nothing and is reported once', () => {
    write(state(local));
    const settings = liveSettings(root, report);
    const before = settings();
    write('{');
    said.length = 0;
    expect([settings(), settings()]).toEqual([before, before]);
    expect(said).toEqual([expect.stringContaining('Going on with the old settings')]);
  });

  it('another issuer needs a new start', () => {
    write(state(local));
    const settings = liveSettings(root, report);
    write(state({ ...local, issuer: 'http://localhost:9600' }));
    said.length = 0;
    expect(settings().issuer).toBe('http://localhost:9500');
    expect(said).toEqual([expect.stringContaining('start add-auth dev again')]);
  });
});
