import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover, DiscoveryError, metadataUrls } from '../../../src/oauth/discovery.ts';
import { goodMetadata, json, startFakeIssuer, text, type FakeIssuer } from '../../support/oauth-fake-issuer.ts';

const OAUTH = '/.well-known/oauth-authorization-server';
const OIDC = '/.well-known/openid-configuration';

let fake: FakeIssuer;
beforeEach(async () => {
  fake = await startFakeIssuer();
});
afterEach(() => fake.close());

async function failure(issuer: string, options = {}): Promise<DiscoveryError> {
  const error = await discover(issuer, { timeout: 1000, ...options }).catch((thrown: unknown) => thrown);
  if (!(error instanceof DiscoveryError)) throw new Error(`expected a DiscoveryError, got ${String(error)}`);
  return error;
}

describe('where metadata is looked for', () => {
  it('has two places without a path', () => {
    expect(metadataUrls('https://a.example')).toEqual([`https://a.example${OAUTH}`, `https://a.example${OIDC}`]);
  });

  it('has three places with a path: inserted twice, then appended', () => {
    expect(metadataUrls('https://a.example/t')).toEqual([
      `https://a.example${OAUTH}/t`,
      `https://a.example${OIDC}/t`,
      `https://a.example/t${OIDC}`,
    ]);
  });

  it('drops the slash at the end of the issuer (RFC 8414 §3.1)', () => {
    expect(metadataUrls('https://a.example/t/')).toEqual(metadataUrls('https://a.example/t'));
    expect(metadataUrls('https://a.example/')).toEqual(metadataUrls('https://a.example'));
  });
});

describe('discover', () => {
  it('takes the OAuth metadata first and asks no further', async () => {
    fake.routes.set(OAUTH, json(goodMetadata(fake.issuer)));
    const found = await discover(fake.issuer);
    expect(found).toMatchObject({ issuer: fake.issuer, url: fake.issuer + OAUTH });
    expect(found.metadata.token_endpoint).toBe(`${fake.issuer}/token`);
    expect(fake.asked).toEqual([OAUTH]);
  });

  it('goes on to the appended OpenID document after two 404, and remembers all three', async () => {
    const issuer = `${fake.issuer}/realms/x`;
    fake.routes.set(`/realms/x${OIDC}`, json(goodMetadata(issuer)));
    const found = await discover(issuer);
    expect(found.attempts.map(({ status }) => status)).toEqual([404, 404, 200]);
    expect(found.url).toBe(`${issuer}${OIDC}`);
  });

  it('keeps the slash at the end of an issuer that has one', async () => {
    fake.routes.set(OAUTH, json(goodMetadata(`${fake.issuer}/`)));
    expect((await discover(`${fake.issuer}/`)).issuer).toBe(`${fake.issuer}/`);
  });
});

describe('an issuer that cannot be reached', () => {
  it('says when nothing listens', async () => {
    await fake.close();
    const error = await failure(fake.issuer);
    expect(error).toMatchObject({ code: 'issuer-unreachable', problem: 'refused' });
    expect(error.message).toContain('Nothing listens at 127.0.0.1:');
    fake = await startFakeIssuer();
  });

  it('says when the name does not exist', async () => {
    const error = await failure('https://no-such-host.invalid', { timeout: 5000 });
    expect(error).toMatchObject({ code: 'issuer-unreachable', problem: 'dns' });
    expect(error.fix).toContain('--issuer');
  });

  it('says when what answers is not TLS', async () => {
    const error = await failure(fake.issuer.replace('http:', 'https:'));
    expect(error).toMatchObject({ code: 'issuer-unreachable', problem: 'tls' });
  });

  it('gives up after the timeout', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const error = await failure(`http://127.0.0.1:${port}`, { timeout: 150 });
    expect(error).toMatchObject({ code: 'issuer-unreachable', problem: 'timeout' });
    mute.close();
  });

  it('does not wait for a body that never ends', async () => {
    fake.routes.set(OAUTH, (_request, response) => void response.writeHead(200).write('{'));
    expect(await failure(fake.issuer, { timeout: 150 })).toMatchObject({ problem: 'timeout' });
  });
});

describe('an issuer that answers something else', () => {
  it('has no metadata anywhere: names every place and its answer', async () => {
    const error = await failure(fake.issuer);
    expect(error).toMatchObject({ code: 'issuer-unusable', problem: 'not-found' });
    expect(error.message).toContain(`${OAUTH} answers 404, ${OIDC} answers 404`);
  });

  it('answers 500: clients go no further, and neither do we', async () => {
    fake.routes.set(OAUTH, text(500, 'oops'));
    fake.routes.set(OIDC, json(goodMetadata(fake.issuer)));
    expect(await failure(fake.issuer)).toMatchObject({ code: 'issuer-unusable', problem: 'status' });
    expect(fake.asked).toEqual([OAUTH]);
  });

  it('answers HTML with status 200', async () => {
    fake.routes.set(OAUTH, text(200, '\n<!doctype html><title>App</title>', { 'content-type': 'text/html' }));
    expect(await failure(fake.issuer)).toMatchObject({ code: 'issuer-unusable', problem: 'html' });
  });

  it('redirects: the target is shown, never followed', async () => {
    fake.routes.set(OAUTH, text(302, '', { location: '/elsewhere' }));
    fake.routes.set('/elsewhere', json(goodMetadata(fake.issuer)));
    const error = await failure(fake.issuer);
    expect(error).toMatchObject({ code: 'issuer-unusable', problem: 'redirect' });
    expect(error.message).toContain(`redirects to ${fake.issuer}/elsewhere`);
    expect(fake.asked).toEqual([OAUTH]);
  });

  it('redirects to the metadata of another issuer: the fix names that one', async () => {
    fake.routes.set(OAUTH, text(301, '', { location: `https://www.a.example${OAUTH}/t` }));
    expect((await failure(fake.issuer)).fix).toContain('--issuer https://www.a.example/t');
  });

  it.each(['{', '[]', 'null', '"text"', ''])('answers %j, which is not a JSON object', async (body) => {
    fake.routes.set(OAUTH, text(200, body));
    expect(await failure(fake.issuer)).toMatchObject({ code: 'issuer-unusable', problem: 'invalid-json' });
  });

  it('answers JSON without an issuer', async () => {
    fake.routes.set(OAUTH, json({ ok: true }));
    expect(await failure(fake.issuer)).toMatchObject({ code: 'issuer-unusable', problem: 'issuer-missing' });
  });

  it('has another issuer: the fix is the right value', async () => {
    fake.routes.set(OAUTH, json(goodMetadata('https://other.example/t')));
    const error = await failure(fake.issuer);
    expect(error).toMatchObject({ code: 'issuer-unusable', problem: 'issuer-mismatch' });
    expect(error.fix).toContain('--issuer https://other.example/t');
  });

  it('differs by the slash at the end: both values are shown', async () => {
    fake.routes.set(OAUTH, json(goodMetadata(`${fake.issuer}/`)));
    const error = await failure(fake.issuer);
    expect(error.message).toContain(`"${fake.issuer}/", not to "${fake.issuer}": only the slash`);
    expect(error.fix).toContain(`--issuer ${fake.issuer}/`);
  });

  it('cannot smuggle control characters onto the terminal', async () => {
    fake.routes.set(OAUTH, json(goodMetadata('https://a.example/\u001b[2J')));
    const error = await failure(fake.issuer);
    expect(error.message + error.fix).not.toContain('\u001b');
  });

  it('is http on a public host: not even asked', async () => {
    const error = await failure('http://login.example.com');
    expect(error).toMatchObject({ code: 'issuer-unusable', problem: 'insecure' });
    expect(error.fix).toContain('https://login.example.com');
  });
});
