import { describe, expect, it } from 'vitest';
import { adminUrl } from '../../../../src/providers/keycloak/admin.ts';
import { keycloak } from '../../../../src/providers/keycloak/index.ts';
import { checkTarget } from '../../../../src/providers/keycloak/target.ts';
import type { ProviderTarget } from '../../../../src/providers/types.ts';
import { plainInput } from '../../../support/providers.ts';
import { nobody } from '../../../support/providers.ts';

describe('the realm', () => {
  it.each<[ProviderTarget, string, string]>([
    [{ issuer: 'https://login.example.com/realms/acme' }, 'https://login.example.com', 'acme'],
    [{ issuer: 'https://login.example.com/realms/acme/' }, 'https://login.example.com', 'acme'],
    [{ issuer: 'https://login.example.com/realms/acme', realm: 'acme' }, 'https://login.example.com', 'acme'],
    [{ issuer: 'https://login.example.com', realm: 'acme' }, 'https://login.example.com', 'acme'],
    [{ issuer: 'https://login.example.com/auth/realms/acme' }, 'https://login.example.com/auth', 'acme'],
    [{ issuer: 'http://localhost:8080', realm: 'my realm' }, 'http://localhost:8080', 'my realm'],
    [{ issuer: 'http://localhost:8080/realms/my%20realm' }, 'http://localhost:8080', 'my realm'],
  ])('%j is %s, %s, and the account is known by its issuer alone', (target, base, name) => {
    const issuer = `${base}/realms/${encodeURIComponent(name)}`;
    expect(checkTarget(target)).toEqual({ issuer, base, name });
    expect(keycloak.normalise!(target)).toEqual({ issuer });
  });

  it.each<[ProviderTarget, string, RegExp]>([
    [{}, 'missing-answer', /--issuer/],
    [{ issuer: 'https://login.example.com' }, 'missing-answer', /--realm/],
    [{ issuer: 'https://login.example.com/realms/acme', realm: 'other' }, 'invalid-option', /Leave --realm out/],
    [{ issuer: 'https://login.example.com', realm: 'a/b' }, 'invalid-option', /--realm NAME/],
    [{ issuer: 'https://login.example.com/realms/acme/account' }, 'invalid-option', /--realm NAME/],
    [{ issuer: 'http://login.example.com/realms/acme' }, 'invalid-url', /https:/],
  ])('%j is refused', (target, code, fix) => {
    expect(() => checkTarget(target)).toThrow(expect.objectContaining({ code, fix: expect.stringMatching(fix) }));
  });
});

describe('the Admin REST API', () => {
  it.each([
    [undefined, 'https://login.example.com'],
    ['', 'https://login.example.com'],
    ['https://admin.example.com/', 'https://admin.example.com'],
    ['https://admin.example.com/auth/admin', 'https://admin.example.com/auth'],
    ['http://localhost:9000', 'http://localhost:9000'],
  ])('with KEYCLOAK_ADMIN_URL %j is below %s', (given, url) => {
    expect(adminUrl('https://login.example.com', given)).toBe(url);
  });

  it.each(['http://admin.example.com', 'admin', 'https://a:b@admin.example.com'])('is not at %s', (given) => {
    expect(() => adminUrl('https://login.example.com', given)).toThrow(
      expect.objectContaining({ code: 'invalid-url' }),
    );
  });
});

it('--no-provision asks nobody and says what is left to do', async () => {
  const scopes = { toolScopes: { a: ['read:a'] }, publicTools: [], baseScopes: ['read:a'] };
  const input = { resource: 'https://mcp.example.com/mcp', scopes, ...plainInput, provision: false };
  const found = await keycloak.connect({ issuer: 'https://nowhere.invalid/realms/acme' }, nobody).look(input);
  expect(found.spec).toMatchObject({ issuer: 'https://nowhere.invalid/realms/acme', audience: input.resource });
  expect(found.remote).toEqual([]);
  expect(found.warnings[0]!.message).toContain('audience mapper for https://mcp.example.com/mcp');
});
