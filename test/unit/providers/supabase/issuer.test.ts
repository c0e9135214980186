import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findIssuer, type IssuerQuestion } from '../../../../src/providers/supabase/issuer.ts';
import { managementUrl } from '../../../../src/providers/supabase/management-url.ts';
import { startFakeSupabase, type FakeSupabase } from '../../../fakes/supabase/index.ts';
import { REF } from '../../../fakes/supabase/state.ts';

let fake: FakeSupabase;
beforeEach(async () => {
  fake = await startFakeSupabase({ asymmetric: true });
});
afterEach(() => fake.close());

const question = (more: Partial<IssuerQuestion> = {}): IssuerQuestion => ({
  ref: REF,
  given: undefined,
  api: 'http://localhost:9',
  databaseHost: undefined,
  supabaseUrl: undefined,
  ...more,
});

describe('the issuer of a project', () => {
  it('is the one that was given, byte for byte, and is read even while the OAuth server is off', async () => {
    expect(await findIssuer(question({ given: fake.issuer }))).toEqual({
      issuer: fake.issuer,
      publishesKey: true,
      warnings: [],
    });
  });

  it('is where SUPABASE_URL says, when the Management API is elsewhere too', async () => {
    const supabaseUrl = `${new URL(fake.issuer).origin}/`;
    expect((await findIssuer(question({ supabaseUrl }))).issuer).toBe(fake.issuer);
  });

  it('is beside the Management API, where one gateway serves both', async () => {
    expect((await findIssuer(question({ api: new URL(fake.issuer).origin }))).issuer).toBe(fake.issuer);
  });

  it('is that of a hosted project when nothing can be reached, with a word about it', async () => {
    const { issuer, publishesKey, warnings } = await findIssuer(question({ given: 'http://localhost:9/auth/v1' }));
    expect(issuer).toBe('http://localhost:9/auth/v1');
    expect(publishesKey).toBeUndefined();
    expect(warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining('could not be read') as string }),
    ]);
  });

  it('is not taken over from metadata of another issuer', async () => {
    const server: Server = createServer((_, response) =>
      response.end(JSON.stringify({ issuer: 'https://evil.example' })),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const given = `http://localhost:${(server.address() as AddressInfo).port}/auth/v1`;
    await expect(findIssuer(question({ given }))).rejects.toMatchObject({ code: 'issuer-unusable' });
    server.close();
  });

  it('publishes nothing to verify with while the legacy secret signs', async () => {
    fake.state.keys.length = 0;
    expect((await findIssuer(question({ given: fake.issuer }))).publishesKey).toBe(false);
  });
});

describe('SUPABASE_API_URL', () => {
  it.each([
    [undefined, 'https://api.supabase.com'],
    ['', 'https://api.supabase.com'],
    ['https://localhost:8443/', 'https://localhost:8443'],
    ['https://host.example/v1', 'https://host.example'],
    ['http://127.0.0.1:8080/api', 'http://127.0.0.1:8080/api'],
  ])('%s means %s', (given, url) => {
    expect(managementUrl(given)).toBe(url);
  });

  it.each(['http://api.example', 'ftp://x', 'nowhere', 'https://user:secret@api.example', 'https://x?y=1'])(
    '%s is refused, because the token would go there',
    (given) => {
      expect(() => managementUrl(given)).toThrow(expect.objectContaining({ code: 'invalid-url' }));
    },
  );
});
