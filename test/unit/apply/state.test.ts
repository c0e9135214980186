import { describe, expect, it } from 'vitest';
import { mergeState, readState, type AuthRecord } from '../../../src/apply/index.ts';
import { withoutAuth } from '../../../src/apply/state.ts';
import { makeProject } from './project.ts';

const auth: AuthRecord = {
  provider: 'local',
  issuer: 'http://localhost:9400',
  resource: 'http://localhost:3000/mcp',
  audience: 'http://localhost:3000/mcp',
  scopes: ['read:tasks'],
  toolScopes: { 'search-tasks': ['read:tasks'] },
  publicTools: [],
  baseScopes: [],
  remote: {},
  env: ['MCP_RESOURCE_URL'],
  files: { 'src/server.ts': 'abc' },
  version: '1.0.0',
};

const other = '{\r\n\t"other": {"x":1},\r\n\t"list": [1,  2]\r\n}';

describe('the state file', () => {
  it('is read back as it was written', () => {
    const root = makeProject({ '.mcp-builder/state.json': mergeState(undefined, auth) });
    expect(readState(root).auth).toEqual(auth);
  });

  it('is nothing when it is not there', () => {
    expect(readState(makeProject())).toEqual({ text: undefined, auth: undefined });
  });

  it('keeps what other tools wrote, byte for byte', () => {
    const merged = mergeState(other, auth);
    expect(merged.startsWith(other.slice(0, other.lastIndexOf('\r\n')))).toBe(true);
    expect(withoutAuth(merged)).toBe(other);
  });

  it('does not change when nothing but the version would', () => {
    const text = mergeState(other, auth);
    expect(mergeState(text, { ...auth, version: '2.0.0' })).toBe(text);
    expect(mergeState(text, { ...auth, provider: 'custom', version: '2.0.0' })).toContain('2.0.0');
  });

  it('is gone when nothing else is in it', () => {
    expect(withoutAuth(mergeState(undefined, auth))).toBeNull();
  });

  it.each(['not json', '[]', 'null', '{ "auth": 1 }', '{ "a": 1, }'])('is refused when it holds %j', (text) => {
    const root = makeProject({ '.mcp-builder/state.json': text });
    expect(() => readState(root)).toThrow(expect.objectContaining({ code: 'state-unreadable' }));
    expect(() => mergeState(text, auth)).toThrow(expect.objectContaining({ code: 'state-unreadable' }));
  });
});
