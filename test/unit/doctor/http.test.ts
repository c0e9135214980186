import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, type Http } from '../../../src/doctor/gather/http.ts';
import { isPrivateAddress } from '../../../src/doctor/gather/addresses.ts';
import { json, listen, redirect, type Ask, type Listening } from '../../fakes/doctor/answers.ts';

let server: Listening;
const asked: Ask[] = [];
let running = 0;
let most = 0;
beforeAll(async () => {
  server = await listen(async (ask) => {
    asked.push(ask);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running -= 1;
    if (ask.path === '/away') return redirect(`${server.origin}/target`);
    if (ask.path === '/big') return { status: 200, headers: {}, body: 'x'.repeat(5_000_000) };
    if (ask.path === '/echo') return json({ you: ask.headers['authorization'] }, 200, { 'set-cookie': 'session=abc' });
    return json({});
  });
});
afterAll(() => server.close());

const client = (more: Partial<Parameters<typeof createHttp>[0]> = {}): Http =>
  createHttp({ timeout: 2000, mayAskPrivate: true, ...more });

describe('the way to the network', () => {
  it('takes no more than a few requests to a host at once', async () => {
    const http = client();
    await Promise.all(Array.from({ length: 20 }, () => http.request(server.origin)));
    expect(most).toBeLessThanOrEqual(6);
    expect(http.log).toHaveLength(20);
  });

  it('follows no redirect, but tells where it leads', async () => {
    const before = asked.length;
    const { status, location } = await client().request(`${server.origin}/away`);
    expect({ status, location }).toEqual({ status: 302, location: `${server.origin}/target` });
    expect(asked.slice(before).map(({ path }) => path)).toEqual(['/away']);
  });

  it('reads no more than a megabyte or so', async () => {
    const { text } = await client().request(`${server.origin}/big`);
    expect(text.length).toBeLessThan(2_000_000);
  });

  it('keeps tokens and cookies out of its record, also where the server repeats them', async () => {
    const http = client({ secrets: ['t0ken'] });
    await http.request(`${server.origin}/echo`, { headers: { authorization: 'Bearer t0ken' } });
    const record = JSON.stringify(http.log);
    expect(asked.at(-1)?.headers['authorization']).toBe('Bearer t0ken');
    expect(record).toContain('***');
    expect(record).not.toMatch(/t0ken|abc/);
  });

  it.each([
    'http://127.0.0.1:9/x',
    'http://localhost/x',
    'http://[::1]/x',
    'http://10.1.2.3/',
    'http://169.254.169.254/',
  ])('does not ask %s because a public server names it (SSRF)', async (url) => {
    const exchange = await client({ mayAskPrivate: false }).request(url);
    expect(exchange).toMatchObject({ problem: 'forbidden' });
    expect(exchange.status).toBeUndefined();
  });

  it.each(['file:///etc/passwd', 'not a url', 'ftp://h/'])('has nothing to do with %s', async (url) => {
    expect(await client().request(url)).toMatchObject({ problem: 'forbidden' });
  });
});

describe('addresses that only this network reaches', () => {
  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
  ])('%s', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:4860:4860::8888'])('not %s', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});
