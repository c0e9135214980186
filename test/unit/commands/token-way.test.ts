import { describe, expect, it } from 'vitest';
import type { TokenOptions } from '../../../src/commands/options.ts';
import type { TokenSettings } from '../../../src/commands/token-settings.ts';
import { tokenWay, type Surroundings, type TokenWay } from '../../../src/commands/token-way.ts';

const settings: TokenSettings = {
  provider: 'custom',
  issuer: 'https://login.example.com',
  resource: 'https://mcp.example.com/mcp',
  audience: 'api://tasks',
  scopes: ['read:tasks', 'write:tasks'],
};
const auth0 = { provider: 'auth0', issuer: 'https://t.auth0.com/' };
const testClient = { id: 'm2m', secret: 'of-m2m' };
const way = (
  project: Partial<TokenSettings>,
  options: Partial<TokenOptions> = {},
  around: Partial<Surroundings> = {},
): TokenWay =>
  tokenWay(
    { dir: '.', device: false, copy: false, decode: false, json: false, ...options },
    { ...settings, ...project },
    { attended: true, ci: false, ...around },
  );

describe('a token comes', () => {
  it('from the embedded server for provider local', () => {
    expect(way({ provider: 'local' }, {}, { attended: false, ci: true })).toEqual({ by: 'local' });
  });

  it('from the test client of Auth0, which has a say on the scopes and wants the audience', () => {
    expect(way({ ...auth0, testClient }, {}, { attended: false, ci: true })).toEqual({
      by: 'client',
      target: { issuer: 'https://t.auth0.com/', resource: settings.resource, scopes: [], audience: 'api://tasks' },
      client: { ...testClient, authMethod: 'client_secret_post' },
    });
    expect(way({ ...auth0, testClient }, { scopes: ['a'] })).toMatchObject({ target: { scopes: ['a'] } });
  });

  it('from a person everywhere else, for all scopes of the project', () => {
    expect(way({})).toEqual({
      by: 'person',
      target: { issuer: settings.issuer, resource: settings.resource, scopes: settings.scopes },
    });
    expect(way(auth0)).toMatchObject({ by: 'person', target: { audience: 'api://tasks', scopes: settings.scopes } });
  });

  it('from a person with the client that is named, even where a test client exists', () => {
    const named = way({ ...auth0, testClient }, { clientId: 'web' }, { clientSecret: 's' });
    expect(named).toMatchObject({ by: 'person', client: { id: 'web', secret: 's' } });
    expect(way({ ...auth0, testClient }, { device: true })).toMatchObject({ by: 'person' });
    expect(way({ provider: 'local' }, { clientId: 'x' })).toMatchObject({ by: 'person', client: { id: 'x' } });
  });

  it('for Supabase with scopes that it knows only', () => {
    expect(way({ provider: 'supabase' })).toMatchObject({ by: 'person', target: { onlyListedScopes: true } });
  });

  it('from a person with the client that add-auth made, and scopes as they are asked for', () => {
    const entra = {
      provider: 'entra',
      publicClient: { id: 'made', port: 33418 },
      scopePrefix: 'https://mcp.example.com/mcp/',
    };
    const prefixed = ['https://mcp.example.com/mcp/read:tasks', 'https://mcp.example.com/mcp/write:tasks'];
    expect(way(entra)).toMatchObject({ by: 'person', client: { id: 'made' }, target: { scopes: prefixed } });
    const { target } = way(entra, { scopes: ['read:tasks', 'openid'] }) as { target: { scopes: string[] } };
    expect(target.scopes).toEqual([prefixed[0], 'openid']);
    expect(way(entra)).toMatchObject({ port: 33418 });
    expect(way(entra, { port: 4000 })).toMatchObject({ port: 4000 });
    expect(way(entra, { clientId: 'web' })).toEqual(expect.not.objectContaining({ port: 33418 }));
    expect(way(entra, { clientId: 'web' })).toMatchObject({ client: { id: 'web' } });
  });

  it('from the named client itself where nobody is there', () => {
    const alone = way({}, { clientId: 'ci' }, { clientSecret: 's', attended: false, ci: true });
    expect(alone).toMatchObject({
      by: 'client',
      client: { id: 'ci', secret: 's' },
      target: { scopes: settings.scopes },
    });
  });
});

describe('no token comes where nobody is there', () => {
  it.each<[string, Partial<TokenSettings>, Partial<TokenOptions>, Partial<Surroundings>, string]>([
    ['of Auth0 without a test client', auth0, {}, { attended: false }, 'AUTH0_CLIENT_SECRET'],
    [
      'of Entra',
      { provider: 'entra', publicClient: { id: 'c' } },
      {},
      { attended: false, clientSecret: 's' },
      '--device',
    ],
    ['of Okta', { provider: 'okta' }, {}, { attended: false }, 'the access policy lets in'],
    ['of others', {}, {}, { attended: false }, '--client-id ID with ADD_AUTH_CLIENT_SECRET'],
    ['for a client without its secret', {}, { clientId: 'x' }, { attended: false }, 'ADD_AUTH_CLIENT_SECRET'],
    ['with a code in CI', {}, { device: true }, { attended: false, ci: true }, 'ADD_AUTH_CLIENT_SECRET'],
  ])('%s', (_, project, options, around, fix) => {
    expect(() => way(project, options, around)).toThrow(
      expect.objectContaining({
        code: 'missing-answer',
        exit: 2,
        fix: expect.stringContaining(fix) as string,
      }) as Error,
    );
  });

  it('but with --device somebody reads along, terminal or not', () => {
    expect(way({}, { device: true }, { attended: false })).toMatchObject({ by: 'person' });
  });
});
