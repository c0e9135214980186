import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findCredentials, findRegion } from '../../../../src/providers/cognito/credentials.ts';
import { givenEndpoint } from '../../../../src/providers/cognito/endpoint.ts';
import { cognito } from '../../../../src/providers/cognito/index.ts';
import { checkTarget, issuerOf } from '../../../../src/providers/cognito/target.ts';
import type { ProviderIo, ProviderTarget } from '../../../../src/providers/types.ts';
import { startFakeCognito, type FakeCognito } from '../../../fakes/cognito/index.ts';
import { POOL } from '../../../fakes/cognito/state.ts';
import { nobody, plainInput } from '../../../support/providers.ts';
import { awsEnv, useAws } from './harness.ts';

describe('the user pool', () => {
  it.each<[ProviderTarget, string]>([
    [{ userPool: 'eu-central-1_Abc123' }, 'eu-central-1'],
    [{ userPool: 'us-gov-west-1_Abc123', region: 'us-gov-west-1' }, 'us-gov-west-1'],
    [{ userPool: 'local_1ab2', region: 'eu-west-1' }, 'eu-west-1'],
  ])('%j is in %s', (target, region) => {
    expect(cognito.normalise!(target)).toEqual({ userPool: target.userPool, region });
  });

  it.each<[ProviderTarget, string, RegExp]>([
    [{}, 'missing-answer', /--user-pool/],
    [{ region: 'eu-central-1' }, 'missing-answer', /--user-pool/],
    [{ userPool: 'tasks' }, 'invalid-option', /eu-central-1_/],
    [{ userPool: 'eu-central-1_a/b' }, 'invalid-option', /eu-central-1_/],
    [{ userPool: 'eu-central-1_Abc', region: 'eu-west-1' }, 'invalid-option', /Leave --region out/],
    [{ userPool: 'local_1ab2' }, 'invalid-option', /--region/],
    [{ userPool: 'local_1ab2', region: 'x/../y' }, 'invalid-option', /--region/],
  ])('%j is refused', (target, code, fix) => {
    expect(() => checkTarget(target)).toThrow(expect.objectContaining({ code, fix: expect.stringMatching(fix) }));
  });

  it('has an issuer by its region, its kind and its part of the world', () => {
    expect(issuerOf({ id: 'eu-central-1_A', region: 'eu-central-1' })).toBe(
      'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A',
    );
    expect(issuerOf({ id: 'us-east-1_A', region: 'us-east-1' }, 'UPDATED')).toBe(
      'https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_A',
    );
    expect(issuerOf({ id: 'cn-north-1_A', region: 'cn-north-1' })).toBe(
      'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A',
    );
  });
});

describe('the API', () => {
  const own = 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER';
  it.each<[Record<string, string>, string | undefined]>([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL: 'http://localhost:4566/' }, 'http://localhost:4566'],
    [
      { AWS_ENDPOINT_URL: 'http://localhost:4566', [own]: 'https://aws.example/cognito' },
      'https://aws.example/cognito',
    ],
    [{ [own]: 'http://localhost:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
  ])('with %j is at %s', (env, url) => {
    expect(givenEndpoint(env)).toBe(url);
  });

  it.each(['http://aws.example', 'aws', 'https://a:b@aws.example', 'https://aws.example?x'])(
    'is not at %s',
    (given) => {
      expect(() => givenEndpoint({ [own]: given })).toThrow(expect.objectContaining({ code: 'invalid-url' }));
    },
  );
});

describe('credentials and region', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'add-auth-aws-'));
  const file = (name: string, ...lines: string[]): string => {
    writeFileSync(path.join(dir, name), lines.join('\n'));
    return path.join(dir, name);
  };
  const set = (env: Record<string, string>): void => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, AWS_SESSION_TOKEN: ___, ...rest } = awsEnv('');
    useAws({ ...rest, ...env });
  };
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => rmSync(dir, { recursive: true }));

  it('come from a profile', async () => {
    const credentials = file('credentials', '[work]', 'aws_access_key_id = AKIDWORK', 'aws_secret_access_key = hush');
    const config = file('config', '[profile work]', 'region = eu-north-1');
    set({ AWS_PROFILE: 'work', AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config });
    expect(await findCredentials('eu-north-1')).toMatchObject({ accessKeyId: 'AKIDWORK', secretAccessKey: 'hush' });
    expect(await findRegion()).toBe('eu-north-1');
  });

  it('come from a process that a profile names', async () => {
    const answer = JSON.stringify({
      Version: 1,
      AccessKeyId: 'AKIDPROC',
      SecretAccessKey: 'hush',
      SessionToken: 'token',
    });
    const process = file('answer.json', answer);
    const config = file('process', '[profile proc]', `credential_process = cat ${process}`);
    set({ AWS_PROFILE: 'proc', AWS_CONFIG_FILE: config });
    expect(await findCredentials('eu-north-1')).toMatchObject({ accessKeyId: 'AKIDPROC', sessionToken: 'token' });
  });

  it('that are nowhere are asked for', async () => {
    set({});
    await expect(findCredentials('eu-north-1')).rejects.toMatchObject({
      code: 'missing-answer',
      fix: expect.stringContaining('AWS_PROFILE'),
    });
    expect(await findRegion()).toBeUndefined();
    expect(await findRegion({ AWS_DEFAULT_REGION: 'eu-west-3' })).toBe('eu-west-3');
  });
});

describe('who sits at the keyboard', () => {
  let fake: FakeCognito;
  beforeAll(async () => void (fake = await startFakeCognito()));
  afterAll(() => fake.close());
  afterEach(() => vi.unstubAllEnvs());

  it('chooses from the pools of the region', async () => {
    useAws(awsEnv(fake.url));
    for (const id of ['eu-central-1_B', 'eu-central-1_C']) fake.pools.set(id, fake.pool());
    const asked: unknown[] = [];
    const select = (question: { choices: { value: string }[] }): Promise<string> => {
      asked.push(...question.choices.map(({ value }) => value));
      return Promise.resolve(question.choices[2]!.value);
    };
    const io = { ...nobody, interactive: true, ask: { select } } as unknown as ProviderIo;
    const found = await cognito.find!({ region: 'eu-central-1' }, io);
    expect([found.userPool, asked]).toEqual(['eu-central-1_C', [POOL, 'eu-central-1_B', 'eu-central-1_C']]);
  });

  it('is not asked where the pool was named, and where nobody sits', async () => {
    expect(await cognito.find!({ userPool: POOL }, { ...nobody, interactive: true })).toEqual({ userPool: POOL });
    expect(await cognito.find!({}, nobody)).toEqual({});
  });
});

it('--no-provision asks nobody and says what is left to do', async () => {
  const scopes = { toolScopes: { a: ['read:a'] }, publicTools: [], baseScopes: ['read:a'] };
  const input = { resource: 'https://mcp.example.com/mcp', scopes, ...plainInput, provision: false };
  const found = await cognito.connect({ userPool: 'eu-central-1_A' }, nobody).look(input);
  expect(found.spec.issuer).toBe('https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A');
  expect(found.env).toContainEqual(
    expect.objectContaining({ name: 'MCP_AUTH_SCOPE_PREFIX', value: 'https://mcp.example.com/mcp/' }),
  );
  expect(found.remote).toEqual([]);
  expect(found.warnings[0]!.message).toContain('a resource server with the identifier https://mcp.example.com/mcp');
});
