import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { custom } from '../../../src/providers/custom/index.ts';
import { KNOWN_SERVERS } from '../../../src/providers/custom/known-servers.ts';
import { recognise } from '../../../src/providers/custom/recognise.ts';
import type { ProviderFindings, ProviderInput, ProviderIo } from '../../../src/providers/types.ts';
import { goodMetadata, json, signingKey, startFakeIssuer, type FakeIssuer } from '../../support/oauth-fake-issuer.ts';
import { nobody, plainInput } from '../../support/providers.ts';
import { createVerifier } from '../../../templates/verifier.ts';

const RESOURCE = 'https://mcp.example.com/mcp';
const input: ProviderInput = {
  resource: RESOURCE,
  scopes: { toolScopes: { a: ['read:a'] }, publicTools: [], baseScopes: ['read:a'] },
  ...plainInput,
};

describe('the table', () => {
  it('says of each where it is from and how old it is', () => {
    for (const { id, label, source, asOf, hosts, endpoints, steps } of KNOWN_SERVERS) {
      expect(id).toMatch(/^[a-z-]+$/);
      expect([label, source].every(Boolean)).toBe(true);
      expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(hosts ?? endpoints).toBeDefined();
      expect(steps.length).toBeGreaterThan(0);
    }
    expect(new Set(KNOWN_SERVERS.map(({ id }) => id)).size).toBe(KNOWN_SERVERS.length);
  });
});

describe('an issuer is recognised', () => {
  it.each([
    ['https://tidy-otter.authkit.app', 'workos'],
    ['https://fond-bee-7.clerk.accounts.dev', 'clerk'],
    ['https://clerk.example.com', 'clerk'],
    ['https://word-word-1.customers.stytch.dev', 'stytch'],
    ['https://api.descope.com/v1/apps/P2abc', 'descope'],
    ['https://api.euc1.descope.com/v1/apps/agentic/P2abc/MS1', 'descope'],
    ['https://acme.scalekit.com', 'scalekit'],
    ['https://acme.logto.app/oidc', 'logto'],
    ['https://acme-1.zitadel.cloud', 'zitadel'],
    ['https://acme.projects.oryapis.com', 'ory'],
    ['https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0', 'entra'],
    ['https://acme.fusionauth.io', 'fusionauth'],
    ['https://auth.pingone.eu/1234/as', 'pingone'],
    ['https://openam-acme.forgeblocks.com/am/oauth2/alpha', 'pingone-aic'],
    ['https://login.example.com', undefined],
    ['https://authkit.app.example.com', undefined],
    ['https://notauthkit.app', undefined],
  ])('%s is %s', (issuer, id) => {
    expect(recognise(issuer)?.id).toBe(id);
  });
});

describe('at a host of its customer', () => {
  let fake: FakeIssuer;
  let metadata: Record<string, unknown>;
  beforeEach(async () => {
    fake = await startFakeIssuer();
    metadata = goodMetadata(fake.issuer);
    fake.routes.set('/.well-known/oauth-authorization-server', (...call) => json(metadata)(...call));
    fake.routes.set('/jwks', json({ keys: [signingKey] }));
  });
  afterEach(() => fake.close());

  const be = (paths: Record<string, string>): void => {
    for (const [name, path] of Object.entries(paths)) metadata[name] = fake.issuer + path;
    const { pathname } = new URL(String(metadata['jwks_uri']));
    fake.routes.set(pathname, json({ keys: [signingKey] }));
  };
  const look = (more: Partial<ProviderInput> = {}, io: ProviderIo = nobody): Promise<ProviderFindings> =>
    custom.connect({ issuer: fake.issuer }, io).look({ ...input, ...more });

  const PATHS: Record<string, Record<string, string>> = {
    zitadel: { authorization_endpoint: '/oauth/v2/authorize', jwks_uri: '/oauth/v2/keys' },
    ory: { authorization_endpoint: '/oauth2/auth', token_endpoint: '/oauth2/token' },
    authentik: { authorization_endpoint: '/application/o/authorize/' },
    pingfederate: { authorization_endpoint: '/as/authorization.oauth2' },
    workos: { authorization_endpoint: '/oauth2/authorize', jwks_uri: '/oauth2/jwks' },
    fusionauth: {
      authorization_endpoint: '/oauth2/authorize',
      device_authorization_endpoint: '/oauth2/device_authorize',
      jwks_uri: '/.well-known/jwks.json',
    },
    'better-auth': {
      authorization_endpoint: '/oauth2/authorize',
      token_endpoint: '/oauth2/token',
      userinfo_endpoint: '/oauth2/userinfo',
      jwks_uri: '/jwks',
    },
  };

  it.each(Object.keys(PATHS))('%s is told by its metadata', async (id) => {
    be(PATHS[id]!);
    const { label } = KNOWN_SERVERS.find((one) => one.id === id)!;
    const { manual } = await look({ audience: 'given' });
    expect(manual![0]!.what).toContain(label);
    expect(manual![0]!.snippet).not.toMatch(/\{\w+\}/);
  });

  it('leaves out what the metadata show to be done, and fills in what it is about', async () => {
    be(PATHS['better-auth']!);
    expect((await look()).manual![0]!.snippet).not.toContain('allowDynamicClientRegistration');
    delete metadata['registration_endpoint'];
    const { snippet } = (await look()).manual![0]!;
    expect(snippet).toContain('allowDynamicClientRegistration');
    expect(snippet).toContain(`1. oauthProvider({ resources: ['${RESOURCE}'] })`);
    expect(snippet).toMatch(/as of 20\d\d-/);
  });

  it('repeats the list no more once the project is set up with it', async () => {
    be(PATHS['ory']!);
    const env = (name: string): string | undefined => (name === 'MCP_AUTH_ISSUER' ? fake.issuer : undefined);
    expect(await look({ env })).not.toHaveProperty('manual');
  });

  it('asks for an audience that only its console shows, and takes no guess', async () => {
    be(PATHS['authentik']!);
    await expect(look()).rejects.toMatchObject({ code: 'missing-answer', fix: expect.stringContaining('--audience') });
    expect((await look({ audience: 'client-1' })).spec.audience).toBe('client-1');
    const io: ProviderIo = { ...nobody, interactive: true, ask: { text: async () => ' client-2 ' } as never };
    const { spec, env, warnings } = await look({}, io);
    expect(spec.audience).toBe('client-2');
    expect(env).toContainEqual(expect.objectContaining({ name: 'MCP_AUTH_AUDIENCE', value: 'client-2' }));
    expect(warnings.at(-1)!.message).toContain('not bound to this server');
  });

  it('says where nobody can be granted a scope', async () => {
    be(PATHS['workos']!);
    expect((await look()).warnings.map(({ message }) => message).join()).toContain('issues no scopes of your own');
  });

  it('another server is left as it is', async () => {
    expect(await look()).not.toHaveProperty('manual');
  });
});

describe('what the issuer alone tells', () => {
  it('authentik counts the slash at the end', () => {
    const issuer = 'https://id.example.com/application/o/mcp';
    expect(custom.normalise!({ issuer })).toEqual({ issuer: `${issuer}/` });
    expect(custom.normalise!({ issuer: `${issuer}/` })).toEqual({ issuer: `${issuer}/` });
    expect(custom.normalise!({ issuer: 'https://id.example.com' })).toEqual({ issuer: 'https://id.example.com' });
  });

  it('tools ask for a logged-in user only where scopes of ours cannot be issued', () => {
    expect(custom.at!({ issuer: 'https://tidy-otter.authkit.app' }).issuesScopes).toBe(false);
    expect(custom.at!({ issuer: 'https://acme.logto.app/oidc' }).issuesScopes).toBe(true);
    expect(custom.at!({ issuer: 'https://login.example.com' })).toBe(custom);
  });

  it.each([
    ['https://api.descope.com/v1/apps/P2abc', 'P2abc'],
    ['https://api.descope.com/v1/apps/agentic/P2abc/MS1', RESOURCE],
    ['https://acme.logto.app/oidc', RESOURCE],
  ])('the audience of %s is %s, also without asking it', async (issuer, audience) => {
    const { spec, manual } = await custom.connect({ issuer }, nobody).look({ ...input, provision: false });
    expect([spec.audience, manual]).toEqual([audience, undefined]);
  });
});

describe('the generated verifier takes access tokens as they are issued by', () => {
  it.each(KNOWN_SERVERS.map((server) => [server.label, server] as const))('%s', async (_label, server) => {
    const fake = await startFakeIssuer();
    const { algorithms = ['RS256'], typ = ['JWT'], scope, slash } = server;
    const issuer = slash ? `${fake.issuer}/` : fake.issuer;
    const { privateKey, publicKey } = await generateKeyPair(algorithms[0]!);
    fake.routes.set('/jwks', json({ keys: [{ ...(await exportJWK(publicKey)), kid: '1', use: 'sig' }] }));
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      fake.routes.set(path, json({ issuer, jwks_uri: `${fake.issuer}/jwks` }));
    }
    const granted = { scope: { scope: 'read:a write:a' }, scp: { scp: ['read:a', 'write:a'] }, none: {} };
    const token = await new SignJWT({ client_id: 'c', ...granted[scope.claim ?? 'none'] })
      .setProtectedHeader({ alg: algorithms[0]!, kid: '1', typ: typ[0]! })
      .setIssuer(issuer)
      .setAudience('aud-1')
      .setSubject('ada')
      .setExpirationTime('5m')
      .sign(privateKey);
    const verify = createVerifier({ issuer, audience: 'aud-1', resource: RESOURCE });
    const { scopes } = await verify(token);
    await fake.close();
    expect(scopes).toEqual(scope.claim === null ? [] : ['read:a', 'write:a']);
  });
});
