import { describe, expect, it } from 'vitest';
import { confirmScopes, findAnswers } from '../../../src/commands/answers.ts';
import type { Io } from '../../../src/commands/options.ts';
import type { Detection } from '../../../src/types.ts';
import { ADD_DEFAULTS, silentIo } from '../../support/project.ts';
import type { ScopeRows } from '../../../src/ui/scopes-table.ts';

const proposed = {
  toolScopes: { search: ['read:x'], create: ['write:x'], wipe: ['asked'] },
  publicTools: [],
  baseScopes: ['read:x'],
};
const given = { toolScopes: { wipe: ['asked'] }, publicTools: [] };

/** A person who leaves the table in this state. */
function person(rows: ScopeRows): Io {
  return { mode: { interactive: true }, ui: { ask: { scopes: () => Promise.resolve(rows) } } } as unknown as Io;
}

describe('the scopes people agree to', () => {
  it('are the options and what was edited, so that the command line to repeat stays short', async () => {
    const edited = { toolScopes: { ...proposed.toolScopes, create: ['write:x', 'admin'] }, publicTools: [] };
    expect(await confirmScopes(proposed, given, person(edited))).toEqual({
      toolScopes: { wipe: ['asked'], create: ['write:x', 'admin'] },
      publicTools: [],
    });
  });

  it('a tool made public loses its scopes', async () => {
    const edited = { toolScopes: { create: ['write:x'] }, publicTools: ['search', 'wipe'] };
    expect(await confirmScopes(proposed, given, person(edited))).toEqual({
      toolScopes: {},
      publicTools: ['search', 'wipe'],
    });
  });

  it('are those of the options when nobody is asked', async () => {
    const io = { mode: { interactive: false } } as Io;
    expect(await confirmScopes(proposed, given, io)).toBe(given);
  });
});

describe('the resource', () => {
  const detection = { endpoint: '/mcp', port: 3000 } as Detection;
  const answersFor = (resource: string) => findAnswers({ ...ADD_DEFAULTS, resource }, {}, detection, silentIo().io);

  it('without the path of the endpoint is taken, and doubted aloud', async () => {
    const { resource, warnings } = await answersFor('https://mcp.example.com');
    expect(resource).toBe('https://mcp.example.com');
    expect(warnings.map(({ message }) => message)).toEqual([
      'The server answers at /mcp, but the resource is https://mcp.example.com.',
    ]);
  });

  it.each(['https://mcp.example.com/mcp', 'https://example.com/tasks/mcp'])('%s leads to /mcp', async (resource) => {
    expect((await answersFor(resource)).warnings).toEqual([]);
  });
});

describe('the target', () => {
  const detection = { endpoint: '/mcp', port: 3000 } as Detection;
  const { io } = silentIo();

  it('of Keycloak is known by one name, however it was given', async () => {
    const issuer = 'https://login.example.com/realms/acme';
    const parts = { provider: 'keycloak', issuer: 'https://login.example.com', realm: 'acme' };
    const first = await findAnswers({ ...ADD_DEFAULTS, ...parts }, {}, detection, io);
    expect(first.account).toEqual({ provider: 'keycloak', target: { issuer } });
    const { provider: _, ...none } = ADD_DEFAULTS;
    const again = await findAnswers(none, { provider: 'keycloak', issuer }, detection, io);
    expect(again.account).toEqual(first.account);
  });

  it('decides what a recognised server can issue, and how its issuer is spelled', async () => {
    const at = (issuer: string) => findAnswers({ ...ADD_DEFAULTS, provider: 'custom', issuer }, {}, detection, io);
    expect((await at('https://tidy-otter.authkit.app')).provider).toMatchObject({ id: 'custom', issuesScopes: false });
    expect((await at('https://login.example.com')).provider).toMatchObject({ id: 'custom', issuesScopes: true });
    const { target } = await at('https://id.example.com/application/o/mcp');
    expect(target).toEqual({ issuer: 'https://id.example.com/application/o/mcp/' });
  });

  it('is asked for in the words of the provider', async () => {
    const asked: string[] = [];
    const text = async ({ message }: { message: string }): Promise<string> => {
      asked.push(message);
      return message.includes('realm') ? 'https://login.example.com/realms/acme' : 'http://localhost:3000/mcp';
    };
    const someone = { mode: { interactive: true }, ui: { ask: { text } } } as unknown as Io;
    await findAnswers({ ...ADD_DEFAULTS, provider: 'keycloak' }, {}, detection, someone);
    expect(asked[0]).toBe('Issuer URL of the realm');
  });
});
