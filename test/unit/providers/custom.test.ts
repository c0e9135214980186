import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../../src/errors.ts';
import { custom } from '../../../src/providers/custom/index.ts';
import type { ProviderInput, ProviderTarget } from '../../../src/providers/types.ts';
import { look, plainInput } from '../../support/providers.ts';
import {
  goodMetadata,
  json,
  signingKey,
  startFakeIssuer,
  text,
  type FakeIssuer,
} from '../../support/oauth-fake-issuer.ts';

const METADATA = '/.well-known/oauth-authorization-server';
let fake: FakeIssuer;
let metadata: Record<string, unknown>;
let input: ProviderInput;
let target: ProviderTarget;

beforeEach(async () => {
  fake = await startFakeIssuer();
  metadata = goodMetadata(fake.issuer);
  fake.routes.set(METADATA, (request, response) => json(metadata)(request, response));
  fake.routes.set('/jwks', json({ keys: [signingKey] }));
  input = {
    resource: 'https://mcp.example.com/mcp',
    scopes: { toolScopes: { a: ['read:a'] }, publicTools: [], baseScopes: ['read:a'] },
    ...plainInput,
  };
  target = { issuer: fake.issuer };
});
afterEach(() => fake.close());

async function refusal(): Promise<CliError> {
  const error = await Promise.resolve()
    .then(() => look(custom, target, input))
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof CliError)) throw new Error(`expected a CliError, got ${JSON.stringify(error)}`);
  return error;
}

describe('a good authorization server', () => {
  it('gives the facts and nothing to complain about', async () => {
    expect(await look(custom, target, input)).toEqual({
      spec: {
        issuer: fake.issuer,
        resource: 'https://mcp.example.com/mcp',
        audience: 'https://mcp.example.com/mcp',
        environment: 'standard',
      },
      env: [
        expect.objectContaining({ name: 'MCP_AUTH_ISSUER', value: fake.issuer }),
        expect.objectContaining({ name: 'MCP_AUTH_AUDIENCE', value: 'https://mcp.example.com/mcp' }),
        expect.objectContaining({ name: 'MCP_RESOURCE_URL', value: 'https://mcp.example.com/mcp' }),
      ],
      remote: [],
      warnings: [],
    });
  });

  it('may dictate another audience', async () => {
    const { spec, env } = await look(custom, target, { ...input, audience: 'api://default' });
    expect(spec.audience).toBe('api://default');
    expect(env).toContainEqual(expect.objectContaining({ name: 'MCP_AUTH_AUDIENCE', value: 'api://default' }));
  });

  it('may take client-ID metadata documents instead of registrations', async () => {
    delete metadata['registration_endpoint'];
    metadata['client_id_metadata_document_supported'] = true;
    expect((await look(custom, target, input)).warnings).toEqual([]);
  });

  it('may publish keys for encryption and secrets besides', async () => {
    fake.routes.set('/jwks', json({ keys: [{ kty: 'oct' }, { ...signingKey, use: 'enc' }, signingKey] }));
    expect((await look(custom, target, input)).warnings).toEqual([]);
  });
});

describe('--no-provision', () => {
  it('asks nobody', async () => {
    const { spec, warnings } = await look(custom, { issuer: 'https://a.example/' }, { ...input, provision: false });
    expect(spec.issuer).toBe('https://a.example/');
    expect(warnings).toEqual([]);
    expect(fake.asked).toEqual([]);
  });
});

describe('what MCP clients will miss is said, and does not stop the run', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['PKCE not advertised', { code_challenge_methods_supported: undefined }, 'PKCE is not advertised'],
    ['PKCE plain only', { code_challenge_methods_supported: ['plain'] }, 'PKCE S256 is not among'],
    ['no registration', { registration_endpoint: undefined }, 'Clients cannot register themselves'],
    ['no iss parameter', { authorization_response_iss_parameter_supported: undefined }, 'RFC 9207'],
    ['other scopes', { scopes_supported: ['openid'] }, 'scopes_supported does not list read:a'],
    ['no endpoint for logins', { authorization_endpoint: undefined }, 'no authorization_endpoint'],
    ['no code flow', { response_types_supported: ['token'] }, 'authorization code flow'],
    [
      'only clients with a secret',
      { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
      'Public clients are not advertised',
    ],
  ])('%s', async (_name, change, message) => {
    Object.assign(metadata, change);
    const { warnings } = await look(custom, target, input);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.message).toContain(message);
    expect(warnings[0]!.fix).toBeTruthy();
  });
});

describe('without keys tokens cannot be verified: refused', () => {
  it('no jwks_uri', async () => {
    delete metadata['jwks_uri'];
    expect(await refusal()).toMatchObject({
      code: 'issuer-unusable',
      message: expect.stringContaining('publishes no jwks_uri') as string,
    });
  });

  it.each<[string, unknown, string]>([
    ['an empty key set', { keys: [] }, 'is empty'],
    ['no key set at all', {}, 'is empty'],
    ['a secret only', { keys: [{ kty: 'oct', alg: 'HS256' }] }, 'oct HS256'],
    ['a key for encryption only', { keys: [{ ...signingKey, use: 'enc' }] }, 'use enc'],
    ['an unknown algorithm', { keys: [{ ...signingKey, alg: 'ECDH-ES' }] }, 'ECDH-ES'],
    ['a key that only signs', { keys: [{ ...signingKey, key_ops: ['sign'] }] }, 'None of the keys'],
    ['no keys in the list', { keys: [null] }, 'not a key'],
  ])('%s', async (_name, keys, message) => {
    fake.routes.set('/jwks', json(keys));
    const error = await refusal();
    expect(error.code).toBe('issuer-unusable');
    expect(error.message).toContain(message);
  });

  it.each([
    ['404', text(404, 'no'), 'answers 404'],
    ['a web page', text(200, '<html>'), 'web page'],
    ['a redirect', text(302, '', { location: 'https://a.example/jwks' }), 'redirects to https://a.example/jwks'],
    ['broken JSON', text(200, '{'), 'JSON'],
  ])('the key set answers %s', async (_name, answer, message) => {
    fake.routes.set('/jwks', answer);
    const error = await refusal();
    expect(error.code).toBe('issuer-unusable');
    expect(error.message).toContain(message);
  });

  it('nothing listens at jwks_uri', async () => {
    metadata['jwks_uri'] = 'http://127.0.0.1:9/jwks';
    expect((await refusal()).code).toBe('issuer-unreachable');
  });

  it('keys over plain http from a public host', async () => {
    metadata['jwks_uri'] = 'http://keys.example.com/jwks';
    expect((await refusal()).message).toContain('not https');
  });
});

describe('an issuer that is wrong', () => {
  it('is missing', async () => {
    target = {};
    expect(await refusal()).toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('--issuer') as string,
    });
  });

  it('is malformed', async () => {
    target.issuer = 'login.example.com';
    expect((await refusal()).code).toBe('invalid-url');
  });

  it('has another name in its metadata', async () => {
    metadata['issuer'] = `${fake.issuer}/`;
    expect(await refusal()).toMatchObject({
      code: 'issuer-unusable',
      fix: expect.stringContaining(`--issuer ${fake.issuer}/`) as string,
    });
  });
});
