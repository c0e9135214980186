import { describe, expect, it } from 'vitest';
import { okta } from '../../../../src/providers/okta/index.ts';
import type { ProviderFindings, ProviderTarget } from '../../../../src/providers/types.ts';
import { look, plainInput } from '../../../support/providers.ts';

const target = (given: ProviderTarget): ProviderTarget => okta.normalise!(given);

describe('an org', () => {
  it.each<[ProviderTarget, ProviderTarget]>([
    [{ domain: 'acme.okta.com' }, { domain: 'acme.okta.com' }],
    [{ domain: 'localhost:8443' }, { domain: 'localhost:8443' }],
    [
      { issuer: 'https://acme.okta.com/oauth2/default' },
      { domain: 'acme.okta.com', issuer: 'https://acme.okta.com/oauth2/default' },
    ],
    [
      { issuer: 'http://127.0.0.1:8080/oauth2/aus1' },
      { domain: '127.0.0.1:8080', issuer: 'http://127.0.0.1:8080/oauth2/aus1' },
    ],
    [
      { domain: 'acme.okta.com', issuer: 'https://login.example.com/oauth2/aus1' },
      { domain: 'acme.okta.com', issuer: 'https://login.example.com/oauth2/aus1' },
    ],
  ])('is told by %j', (given, expected) => {
    expect(target(given)).toEqual(expected);
  });

  it.each([
    ['https://acme.okta.com/', 'acme.okta.com'],
    ['ACME.okta.com', 'acme.okta.com'],
    ['acme-admin.okta.com', 'acme.okta.com'],
    ['acme-admin.oktapreview.com', 'acme.oktapreview.com'],
  ])('is not %j, but %s', (domain, better) => {
    expect(() => target({ domain })).toThrow(
      expect.objectContaining({ code: 'invalid-option', fix: `Use --domain ${better}` }),
    );
  });

  it.each(['', 'acme', 'acme okta com'])('is not %j at all', (domain) => {
    expect(() => target({ domain })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  it('has to be told', () => {
    expect(() => target({})).toThrow(expect.objectContaining({ code: 'missing-answer' }));
  });

  it.each(['https://acme.okta.com', 'https://acme.okta.com/oauth2', 'https://acme.okta.com/oauth2/v1'])(
    'has an authorization server of its own, %s, that is of no use to others',
    (issuer) => {
      expect(() => target({ issuer })).toThrow(
        expect.objectContaining({
          code: 'issuer-unusable',
          message: expect.stringContaining('its tokens are for Okta alone'),
          fix: expect.stringContaining('--domain acme.okta.com'),
        }),
      );
    },
  );
});

describe('--no-provision', () => {
  const withoutRequests = (given: ProviderTarget): Promise<ProviderFindings> =>
    look(okta, given, {
      ...plainInput,
      resource: 'https://mcp.example.com/mcp',
      scopes: { toolScopes: {}, publicTools: [], baseScopes: [] },
      provision: false,
    });

  it('takes the issuer as it is, and says what somebody has to see to', async () => {
    const issuer = 'https://acme.okta.com/oauth2/aus1';
    const { spec, warnings } = await withoutRequests({ issuer });
    expect(spec).toMatchObject({ issuer, audience: 'https://mcp.example.com/mcp' });
    expect(warnings[0]!.message).toContain('which cannot register itself at Okta');
  });

  it('needs an issuer, which only Okta knows', async () => {
    await expect(withoutRequests({ domain: 'acme.okta.com' })).rejects.toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('--issuer https://acme.okta.com/oauth2/SERVER'),
    });
  });
});
