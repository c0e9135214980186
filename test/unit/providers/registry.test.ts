import { describe, expect, it } from 'vitest';
import type { CliError } from '../../../src/errors.ts';
import { local } from '../../../src/providers/local.ts';
import { look, plainInput } from '../../support/providers.ts';
import { getProvider, providerNames, providers } from '../../../src/providers/registry.ts';
import type { ProviderInput } from '../../../src/providers/types.ts';

const input: ProviderInput = {
  resource: 'http://localhost:3000/mcp',
  scopes: { toolScopes: {}, publicTools: [], baseScopes: ['mcp'] },
  ...plainInput,
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as CliError).code;
  }
  return 'none';
}

describe('the registry', () => {
  it('knows every name of --provider', () => {
    expect([...providerNames].sort()).toEqual(
      ['auth0', 'cognito', 'custom', 'entra', 'keycloak', 'local', 'okta', 'supabase'].sort(),
    );
  });

  it('finds those that work', () => {
    for (const provider of providers) expect(getProvider(provider.id)).toBe(provider);
  });

  it.each(['github', '', 'toString', '__proto__'])('refuses %j and lists the names', (name) => {
    expect(codeOf(() => getProvider(name))).toBe('invalid-option');
    expect(() => getProvider(name)).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('keycloak, custom') }),
    );
  });
});

describe('provider local', () => {
  it('needs nothing and asks nobody', async () => {
    const { spec, env, warnings } = await look(local, {}, input);
    expect(spec).toEqual({
      issuer: 'http://localhost:9400',
      resource: 'http://localhost:3000/mcp',
      audience: 'http://localhost:3000/mcp',
      environment: 'standard',
    });
    expect(env.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'MCP_AUTH_ISSUER=http://localhost:9400',
      'MCP_AUTH_AUDIENCE=http://localhost:3000/mcp',
      'MCP_RESOURCE_URL=http://localhost:3000/mcp',
    ]);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('for development')]);
  });

  it.each(['http://127.0.0.1:4100', 'http://localhost:9999', 'http://[::1]:9400'])('runs at %s', async (issuer) => {
    expect((await look(local, { issuer }, input)).spec.issuer).toBe(issuer);
  });

  it.each([
    ['https://login.example.com', 'http://localhost:9400'],
    ['https://localhost:9400', 'http://localhost:9400'],
    ['http://localhost:9400/', 'http://localhost:9400'],
    ['http://localhost:9400/tenant', 'http://localhost:9400'],
    ['http://localhost', 'http://localhost:9400'],
    ['http://LOCALHOST:9400', 'http://localhost:9400'],
  ])('does not run at %s, and suggests %s', async (issuer, better) => {
    await expect(look(local, { issuer }, input)).rejects.toMatchObject({
      code: 'invalid-url',
      fix: expect.stringContaining(better) as string,
    });
  });

  it('says that others cannot log in to a public resource', async () => {
    const { warnings } = await look(local, {}, { ...input, resource: 'https://mcp.example.com/mcp' });
    expect(warnings.at(-1)!.message).toContain('clients elsewhere cannot reach http://localhost:9400');
  });
});
