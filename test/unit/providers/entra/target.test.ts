import { describe, expect, it } from 'vitest';
import { entra } from '../../../../src/providers/entra/index.ts';
import { checkTarget } from '../../../../src/providers/entra/target.ts';

const ID = '11111111-2222-4333-8444-555555555555';

describe('the tenant', () => {
  it.each([ID, ID.toUpperCase(), ` ${ID} `])('is taken by its id: %j', (tenant) => {
    expect(entra.normalise!({ tenant })).toEqual({ tenant: ID });
  });

  it('is taken by a domain', () => {
    expect(entra.normalise!({ tenant: 'Contoso.onmicrosoft.com' })).toEqual({ tenant: 'contoso.onmicrosoft.com' });
  });

  it.each(['common', 'organizations', 'Consumers'])('is not %s, which no token names', (tenant) => {
    expect(() => checkTarget({ tenant })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  it.each(['contoso', 'https://login.microsoftonline.com/x', `${ID}/v2.0`, 'a b.example'])('is not %j', (tenant) => {
    expect(() => checkTarget({ tenant })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  it('is needed', () => {
    expect(() => checkTarget({})).toThrow(expect.objectContaining({ code: 'missing-answer' }));
  });
});

describe('the cloud', () => {
  it.each([
    [{}, 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
    [
      { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/' },
      'https://login.microsoftonline.us',
      'https://graph.microsoft.us',
    ],
    [
      { AZURE_AUTHORITY_HOST: 'http://localhost:1', AZURE_GRAPH_URL: 'http://localhost:2/v1.0' },
      'http://localhost:1',
      'http://localhost:2',
    ],
  ])('comes from the environment: %j', (env, login, graph) => {
    expect(checkTarget({ tenant: ID }, env)).toEqual({ name: ID, login, graph });
  });

  it.each([
    [{ AZURE_AUTHORITY_HOST: 'http://login.example' }, 'invalid-url'],
    [{ AZURE_GRAPH_URL: 'https://user:secret@graph.example' }, 'invalid-url'],
    [{ AZURE_AUTHORITY_HOST: 'https://login.example' }, 'missing-answer'],
  ])('is not %j', (env, code) => {
    expect(() => checkTarget({ tenant: ID }, env)).toThrow(expect.objectContaining({ code }));
  });
});
