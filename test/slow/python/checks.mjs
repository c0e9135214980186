import assert from 'node:assert/strict';
import { exportSPKI } from 'jose';
import { textOf, wasCarriedOut } from './wire.mjs';

/**
 * The table "What the rewritten server answers", asked row by row.
 * @param {{ wire: import('./wire.mjs').Wire, issuer: import('./issuer.mjs').Issuer, hasSessions: boolean,
 *   log: () => string, check: (title: string, body: () => Promise<void>) => Promise<void> }} of
 */
export async function checkGate({ wire, issuer, hasSessions, log, check }) {
  const { origin } = new URL(wire.url);
  const metadata = `resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`;
  const token = (claims, more) => issuer.token(wire.url, { claims, ...more });
  const all = { scope: 'read:tasks delete:tasks' };

  await check('keys that cannot be had are 503', async () => {
    const { status, text } = await wire.post(await token(), wire.call('whoami'));
    assert.equal(status, 503);
    assert.match(text, /Temporarily unavailable/);
    await issuer.start();
    await new Promise((resolve) => setTimeout(resolve, 3100));
  });

  await check('no token is 401 with a challenge without error', async () => {
    const answer = await wire.post(undefined, wire.call('whoami'));
    assert.equal(answer.status, 401);
    assert.equal(answer.challenge, `Bearer ${metadata}, scope="read:tasks"`);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.match(answer.headers['access-control-expose-headers'], /WWW-Authenticate, Mcp-Session-Id/);
  });

  const now = Math.floor(Date.now() / 1000);
  const pem = new TextEncoder().encode(await exportSPKI(issuer.keys.publicKey));
  const bad = {
    nonsense: 'a.b.c',
    foreign: await token({}, { key: issuer.foreign.privateKey }),
    'of another issuer': await token({ iss: 'https://other.example' }),
    'for another audience': await token({ aud: 'https://other.example' }),
    expired: await token({ exp: now - 60 }),
    'not yet valid': await token({ nbf: now + 600 }),
    'without expiry': await token({ exp: null }),
    'with an expiry in letters': await token({ exp: String(now + 600) }),
    'signed with the public key': await token({}, { header: { alg: 'HS256' }, key: pem }),
    unsigned: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`,
    'for a logout': await token({}, { header: { typ: 'logout+jwt' } }),
    'bound to a key': await token({ cnf: { jkt: 'x' } }),
    'of nobody': await token({ sub: null, client_id: null }),
    'with junk in its signature': (await token()).replace(/.$/, '$&~'),
  };
  for (const [title, wrong] of Object.entries(bad)) {
    await check(`a token ${title} is 401 invalid_token`, async () => {
      const { status, challenge, text } = await wire.post(wrong, wire.call('whoami'));
      assert.equal(status, 401);
      assert.equal(challenge, `Bearer error="invalid_token", ${metadata}, scope="read:tasks"`);
      assert.match(text, /"message":"Authentication required"/);
    });
  }

  await check('a tool says who calls it', async () => {
    const { headers } = await wire.open(await token());
    const answer = await wire.post(await token(), wire.call('whoami'), headers);
    assert.deepEqual(JSON.parse(textOf(answer)), ['ann', ['read:tasks']]);
    const later = await wire.post(await token(all), wire.call('whoami'), headers);
    assert.deepEqual(JSON.parse(textOf(later)), ['ann', ['read:tasks', 'delete:tasks']]);
  });

  await check('a scope that is missing is 403 with all that it takes', async () => {
    const call = wire.call('delete-task', { id: '1' });
    for (const body of [call, [wire.call('whoami'), call]]) {
      const { status, challenge } = await wire.post(await token(), body);
      assert.equal(status, 403);
      assert.equal(challenge, `Bearer error="insufficient_scope", ${metadata}, scope="read:tasks delete:tasks"`);
    }
    const { headers } = await wire.open(await token(all));
    assert.equal(textOf(await wire.post(await token(all), call, headers)), '1 deleted for ann');
  });

  await check('a tool that the map does not name is unknown', async () => {
    const { status, text } = await wire.post(await token(all), wire.call('drop-database'));
    assert.deepEqual([status, JSON.parse(text).result.isError], [200, true]);
  });

  await check('a public tool and discovery need no token', async () => {
    const { answer, headers } = await wire.open(undefined);
    assert.equal(answer.status, 200);
    const list = await wire.post(undefined, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, headers);
    assert.match(list.text, /"delete-task"/);
    assert.equal(textOf(await wire.post(undefined, wire.call('status'), headers)), 'up');
    assert.equal((await wire.post(undefined, wire.call('whoami'), headers)).status, 401);
    const signedIn = await wire.post(await token(), wire.call('whoami'), headers);
    assert.deepEqual(JSON.parse(textOf(signedIn)), ['ann', ['read:tasks']]);
  });

  if (hasSessions) {
    await check('the session of another user is 404', async () => {
      const { headers } = await wire.open(await token());
      assert.equal((await wire.post(await token({ sub: 'ben' }), wire.call('whoami'), headers)).status, 404);
      const ended = await wire.send('DELETE', { token: await token({ sub: 'ben' }), headers });
      assert.equal(ended.status, 404);
      assert.equal((await wire.post(await token(), wire.call('whoami'), headers)).status, 200);
    });
  }

  await check('other spellings do not lead around the gate', async () => {
    for (const path of ['/mcp/', '//mcp', '/MCP', '/%6dcp', '/mcp//', '/health/../mcp', '/mcp;x', '/health/mcp']) {
      const { status, text } = await wire.send('POST', { body: wire.call('whoami'), path: origin + path });
      assert.ok(status >= 300 && status < 500, `${path}: ${status}`);
      assert.ok(!wasCarriedOut(text), path);
    }
  });

  await check('what may be read in two ways is refused', async () => {
    const good = await token();
    const twice = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","name":"delete-task"}}';
    assert.equal((await wire.post(good, twice)).status, 400);
    const other = { 'content-type': 'text/plain' };
    assert.equal((await wire.post(good, wire.call('whoami'), other)).status, 415);
    assert.equal((await wire.post(good, ' '.repeat(4 * 1024 * 1024 + 1))).status, 413);
  });

  await check('the metadata is at both addresses, for GET and HEAD', async () => {
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
      const { status, headers, text } = await wire.send('GET', { path: origin + path });
      assert.deepEqual([status, headers['access-control-allow-origin']], [200, '*']);
      const { resource, authorization_servers, scopes_supported } = JSON.parse(text);
      assert.deepEqual([resource, authorization_servers], [wire.url, [issuer.url]]);
      assert.deepEqual(scopes_supported, ['read:tasks', 'delete:tasks']);
      const head = await wire.send('HEAD', { path: origin + path });
      assert.deepEqual([head.status, head.text], [200, '']);
    }
  });

  await check('OPTIONS is never 401; what people added stays open', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const preflight = await wire.send('OPTIONS', { headers });
    assert.ok(preflight.status >= 200 && preflight.status < 300, String(preflight.status));
    assert.equal((await wire.send('GET', { path: `${origin}/health` })).text, 'ok');
  });

  await check('every decision is one line, without a token', async () => {
    const before = lines(log()).length;
    const wanted = await token();
    await wire.post(wanted, wire.call('delete-task', { id: '1' }));
    const [line, ...others] = lines(log()).slice(before);
    assert.deepEqual(others, []);
    const { time, ...said } = JSON.parse(line);
    assert.ok(Date.parse(time) > Date.now() - 60_000);
    const reason = 'scope missing: delete:tasks';
    const who = { decision: 'deny', subject: 'ann', client: 'c', method: 'tools/call', tool: 'delete-task' };
    assert.deepEqual(said, { ...who, reason });
    assert.ok(!log().includes(wanted.split('.')[2]));
  });
}

const lines = (log) => log.split('\n').filter((line) => line.startsWith('{"time"'));
