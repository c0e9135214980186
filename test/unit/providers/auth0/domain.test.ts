import { describe, expect, it } from 'vitest';
import { checkDomain } from '../../../../src/providers/auth0/domain.ts';
import type { ApiError } from '../../../../src/providers/auth0/api-error.ts';
import { patient, secondsToWait } from '../../../../src/providers/patient.ts';
import { refusal } from '../../../../src/providers/auth0/refusal.ts';

describe('the domain of a tenant', () => {
  it.each(['acme.eu.auth0.com', 'login.example.com', 'localhost:8443'])('may be %s', (domain) => {
    expect(checkDomain(domain)).toBe(domain);
  });

  it.each([
    ['https://acme.auth0.com/', 'acme.auth0.com'],
    ['https://acme.auth0.com/api/v2/', 'acme.auth0.com'],
    ['ACME.auth0.com', 'acme.auth0.com'],
    [' acme.auth0.com', 'acme.auth0.com'],
  ])('is not %j, but %s', (text, better) => {
    expect(() => checkDomain(text)).toThrow(
      expect.objectContaining({ code: 'invalid-option', fix: `Use --domain ${better}` }),
    );
  });

  it.each(['', 'acme auth0 com', 'https://', 'acme_tenant', 'acme-dev', 'https://acme-dev', '[::1]:8443'])(
    'is not %j at all',
    (text) => {
      expect(() => checkDomain(text)).toThrow(
        expect.objectContaining({ code: 'invalid-option', fix: expect.stringContaining('TENANT.REGION.auth0.com') }),
      );
    },
  );
});

describe('how long to wait after a 429', () => {
  const wait = (headers: Record<string, string>): number => secondsToWait(new Headers(headers));

  it.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7],
    ['a date', { 'retry-after': new Date(Date.now() + 9000).toUTCString() }, 9],
    ['a point in time', { 'x-ratelimit-reset': String(Date.now() / 1000 + 3) }, 3],
    ['a point in time, as Okta spells it', { 'x-rate-limit-reset': String(Date.now() / 1000 + 5) }, 5],
  ])('is told as %s', (_form, headers, seconds) => {
    expect(Math.abs(wait(headers) - seconds)).toBeLessThanOrEqual(1);
  });

  it('is a moment at least, even if the time is past, and longer when nobody says', () => {
    expect(wait({ 'x-ratelimit-reset': '1000' })).toBe(0.5);
    expect([secondsToWait(new Headers(), 0), secondsToWait(new Headers(), 2)]).toEqual([1, 4]);
  });

  it('is not waited for when it is too long', async () => {
    const answer = new Response('{}', { status: 429, headers: { 'retry-after': '3600' } });
    const waits: number[] = [];
    const send = patient(
      () => Promise.resolve(answer),
      (seconds) => void waits.push(seconds),
    );
    expect([(await send('https://x.invalid')).status, waits]).toEqual([429, []]);
  });
});

describe('an answer', () => {
  it('that is not JSON is none: a page of a proxy must not be taken for an empty tenant', async () => {
    const send = patient(
      () => Promise.resolve(new Response('<html>')),
      () => undefined,
    );
    await expect(send('https://x.invalid', { method: 'POST' })).rejects.toThrow('the answer is not JSON');
  });
});

describe('a tenant that cannot be reached', () => {
  it.each(['getaddrinfo ENOTFOUND my-dev.auth0.com', 'ECONNREFUSED'])('is doubted: %s', (said) => {
    const error = { operation: 'read the tenant settings', status: 0, code: '', message: said } as ApiError;
    expect(refusal(error, 'my-dev.auth0.com', undefined)).toMatchObject({
      code: 'provider-refused',
      message: `my-dev.auth0.com cannot be reached, so add-auth could not read the tenant settings (${said}).`,
      fix: expect.stringContaining('Is that the domain of the tenant'),
    });
  });
});
