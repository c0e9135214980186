import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refusal } from '../../../templates/answers.ts';
import type { Caller, Gate, Incoming } from '../../../templates/gate.ts';
import type { Message } from '../../../templates/messages.ts';
import { catchAuditLines, type Line } from './support/audit-lines.ts';
import { Issuer, mint } from './support/issuer.ts';

const map = vi.hoisted(() => ({
  TOOL_SCOPES: { search: ['read'], create: ['write'], hello: [], wipe: ['admin', 'write'] },
  PUBLIC_TOOLS: [] as string[],
  BASE_SCOPES: ['read'],
  SCOPE_IMPLIES: { admin: ['read', 'write'] },
}));
vi.mock('../../../templates/scopes.ts', () => map);

const RESOURCE = 'https://api.example/mcp';
const METADATA = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"';
const CHALLENGE = `Bearer ${METADATA}, scope="read"`;
const call = (tool: string): Message => ({ method: 'tools/call', tool });

let issuer: Issuer;
let gate: Gate;
let lines: Line[];
let alice: string;

beforeAll(async () => {
  issuer = await new Issuer().start();
  alice = `Bearer ${await mint(issuer, RESOURCE, { claims: { scope: 'read' } })}`;
});
afterAll(() => issuer.stop());

async function newGate(publicTools: string[] = []): Promise<Gate> {
  vi.resetModules();
  map.PUBLIC_TOOLS = publicTools;
  const { createGate } = await import('../../../templates/gate.ts');
  // The modules are fresh, and so is their audit sink.
  const { setAuditSink } = await import('../../../templates/audit.ts');
  lines = catchAuditLines();
  setAuditSink((text) => lines.push(JSON.parse(text) as Line));
  return createGate({ issuer: issuer.url, audience: RESOURCE, resource: RESOURCE });
}

type Asked = Partial<Omit<Incoming, 'messages'>> & { messages?: Message[] | Error };

function ask({ messages = [{ method: 'ping' }], ...over }: Asked = {}): Promise<Caller> {
  return gate.admit({
    method: 'POST',
    url: '/mcp',
    authorization: alice,
    sessionId: undefined,
    protocolVersion: undefined,
    hasStrayBody: () => false,
    messages: () => (messages instanceof Error ? Promise.reject(messages) : Promise.resolve(messages)),
    ...over,
  });
}

/** The refusal of a request: status, challenge and audit reason. Fails when the request passes. */
async function refused(asked: Asked): Promise<{ status: number; challenge: string | undefined; reason: string }> {
  const refusal = await ask(asked).then(
    () => expect.fail('it passed'),
    (error: unknown) => error as Refusal,
  );
  return { status: refusal.status, challenge: refusal.headers['WWW-Authenticate'], reason: refusal.message };
}

const token = async (claims: Record<string, unknown> = {}): Promise<string> =>
  `Bearer ${await mint(issuer, RESOURCE, { claims })}`;
const anonymous = { authorization: undefined };

describe('the gate where every tool is protected', () => {
  beforeEach(async () => {
    gate = await newGate();
  });

  describe('authentication', () => {
    it('without a token is 401 without an error, and the body is not read', async () => {
      const unread = vi.fn();
      const answer = await gate
        .admit({
          method: 'POST',
          url: '/mcp',
          authorization: undefined,
          sessionId: undefined,
          protocolVersion: undefined,
          hasStrayBody: unread,
          messages: unread,
        })
        .catch((error: unknown) => error as Refusal);
      expect(answer).toMatchObject({ status: 401, message: 'no token', headers: { 'WWW-Authenticate': CHALLENGE } });
      expect(unread).not.toHaveBeenCalled();
      for (const method of ['GET', 'HEAD', 'DELETE', 'PUT', 'PATCH', 'made-up', '']) {
        expect(await refused({ ...anonymous, method })).toMatchObject({ status: 401, challenge: CHALLENGE });
      }
    });

    it('takes one bearer token, the scheme in any case', async () => {
      const text = alice.slice('Bearer '.length);
      for (const authorization of [`Bearer ${text}`, `bearer ${text}`, `BEARER   ${text}`]) {
        await expect(ask({ authorization })).resolves.toMatchObject({ authInfo: { scopes: ['read'], token: text } });
      }
      const odd = [
        '',
        'Bearer',
        'Bearer ',
        text,
        `Bearer${text}`,
        `Bearer: ${text}`,
        `Bearer "${text}"`,
        `Bearer ${text} ${text}`,
        `Bearer ${text}, Basic x`,
        `Bearer ${text}, Bearer ${text}`,
        `Basic ${text}`,
        `Token ${text}`,
        `xBearer ${text}`,
        `Bearer\t${text}`,
        `Bearer ${text}=x`,
      ];
      for (const authorization of odd) {
        expect(await refused({ authorization })).toEqual({
          status: 401,
          reason: 'not a bearer token',
          challenge: `Bearer error="invalid_token", ${METADATA}, scope="read"`,
        });
      }
    });

    it('with a bad token is 401 invalid_token, whatever is wrong with it', async () => {
      const expired = await refused({ authorization: await token({ exp: 1 }) });
      const foreign = await refused({ authorization: await token({ aud: 'x' }) });
      expect(expired).toMatchObject({
        status: 401,
        challenge: `Bearer error="invalid_token", ${METADATA}, scope="read"`,
      });
      expect(foreign.challenge).toBe(expired.challenge);
      expect(foreign.reason).not.toBe(expired.reason);
    });

    it('is 503 while the keys cannot be had', async () => {
      issuer.answers.set('/jwks', { status: 500 });
      const { status, challenge } = await refused({}).finally(() => issuer.answers.clear());
      expect([status, challenge]).toEqual([503, undefined]);
      const refusal = await ask().catch((error: unknown) => error as Refusal);
      expect(refusal).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } });
    });
  });

  describe('scopes', () => {
    it('are not needed for handshake and discovery', async () => {
      const authorization = await token({ scope: 'other' });
      await expect(
        ask({ authorization, messages: [{ method: 'initialize' }, { method: 'tools/list' }, {}] }),
      ).resolves.toBeDefined();
      await expect(ask({ authorization, method: 'GET' })).resolves.toBeDefined();
      await expect(ask({ authorization, messages: [call('hello')] })).resolves.toBeDefined();
    });

    it('are needed for tools, and all are asked for at once', async () => {
      await expect(ask({ messages: [call('search')] })).resolves.toBeDefined();
      expect(await refused({ messages: [call('create')] })).toEqual({
        status: 403,
        reason: 'scope missing: write',
        challenge: `Bearer error="insufficient_scope", ${METADATA}, scope="read write"`,
      });
      const few = await token({ scope: 'profile write offline_access' });
      expect(await refused({ authorization: few, messages: [call('wipe')] })).toMatchObject({
        reason: 'scope missing: admin',
        challenge: `Bearer error="insufficient_scope", ${METADATA}, scope="read admin write profile"`,
      });
    });

    it('are needed for whatever else there is', async () => {
      const authorization = await token({ scope: 'write' });
      for (const method of ['resources/read', 'made/up']) {
        expect(await refused({ authorization, messages: [{ method }] })).toMatchObject({
          status: 403,
          reason: 'scope missing: read',
        });
        await expect(ask({ messages: [{ method }] })).resolves.toBeDefined();
      }
    });

    it('include what they imply', async () => {
      const authorization = await token({ scope: 'admin' });
      await expect(
        ask({ authorization, messages: [call('search'), call('create'), call('wipe')] }),
      ).resolves.toBeDefined();
    });

    it('count for every element of a batch', async () => {
      for (const messages of [
        [call('search'), call('create')],
        [call('create'), call('search')],
        [{ method: 'ping' }, call('create'), {}],
      ]) {
        expect(await refused({ messages })).toMatchObject({ status: 403, reason: 'scope missing: write' });
      }
    });

    it('of a token with very many do not make an answer that no client can read', async () => {
      const scope = Array.from({ length: 80 }, (_, i) => `s${i}`).join(' ');
      const { challenge } = await refused({ authorization: await token({ scope }), messages: [call('search')] });
      expect(challenge).toMatch(/ s49"$/);
    });

    it('are asked for in the result of a tool call as well, where ChatGPT looks, and nowhere else', async () => {
      const refusal = await ask({ messages: [{ ...call('create'), id: 7 }] }).catch((e: unknown) => e);
      const header = `Bearer error="insufficient_scope", ${METADATA}, scope="read write"`;
      expect(refusal).toMatchObject({ status: 403, headers: { 'WWW-Authenticate': header } });
      const text = 'This tool needs more permissions.';
      expect((refusal as Refusal).answer).toEqual({
        jsonrpc: '2.0',
        id: 7,
        result: {
          content: [{ type: 'text', text }],
          isError: true,
          _meta: { 'mcp/www_authenticate': [header.replace(', ', `, error_description="${text}", `)] },
        },
      });
      for (const messages of [[call('create')], [{ ...call('create'), id: 1 }, call('search')]]) {
        expect(await ask({ messages }).catch((e: unknown) => e)).toMatchObject({ status: 403, answer: undefined });
      }
    });

    it('do not open tools that the map does not name, and no challenge says that more scopes would', async () => {
      const authorization = await token({ scope: 'read write admin' });
      for (const messages of [[call('unknown')], [call('search'), call('__proto__')]]) {
        expect(await refused({ authorization, messages })).toEqual({
          status: 403,
          challenge: undefined,
          reason: 'the tool is not in the scope map',
        });
      }
    });

    it('say of such a tool what MCP says of one that is not there, when there is one answer to say it in', async () => {
      const authorization = await token({ scope: 'read write admin' });
      for (const id of [7, 'seven']) {
        const refusal = await ask({ authorization, messages: [{ ...call('unknown'), id }] }).catch((e: unknown) => e);
        expect(refusal).toMatchObject({ status: 200, message: 'the tool is not in the scope map', headers: {} });
        expect((refusal as Refusal).answer).toEqual({
          jsonrpc: '2.0',
          id,
          result: { content: [{ type: 'text', text: 'Unknown tool' }], isError: true },
        });
      }
      const batch = [{ ...call('unknown'), id: 1 }, call('search')];
      expect(await refused({ authorization, messages: batch })).toMatchObject({ status: 403 });
      expect(await refused({ authorization: undefined, messages: [{ ...call('unknown'), id: 1 }] })).toMatchObject({
        status: 401,
      });
    });
  });

  describe('requests', () => {
    it('with another method are 405, after the token', async () => {
      for (const method of ['PUT', 'PATCH', 'OPTIONS', 'post', 'QUERY', '']) {
        const refusal = await ask({ method }).catch((error: unknown) => error as Refusal);
        expect(refusal).toMatchObject({
          status: 405,
          message: 'HTTP method',
          headers: { Allow: 'GET, HEAD, POST, DELETE' },
        });
      }
    });

    it('carry a message with POST only', async () => {
      for (const method of ['GET', 'HEAD', 'DELETE']) {
        expect(await refused({ method, hasStrayBody: () => true })).toMatchObject({
          status: 400,
          reason: `${method} with a body`,
        });
        expect(await refused({ method, hasStrayBody: () => Promise.resolve(true) })).toMatchObject({ status: 400 });
        await expect(ask({ method, messages: new Error('is not read') })).resolves.toBeDefined();
      }
      await expect(ask({ hasStrayBody: () => true })).resolves.toBeDefined();
    });

    it('that surprise the gate do not pass', async () => {
      expect(await refused({ messages: new Error('bug') })).toEqual({
        status: 500,
        challenge: undefined,
        reason: 'error in the gate: Error: bug',
      });
      expect(lines).toMatchObject([{ decision: 'deny', reason: 'error in the gate: Error: bug' }]);
    });
  });

  describe('sessions', () => {
    const open = async (authorization: string): Promise<void> => (await ask({ authorization })).answered(200, 's');
    const gone = { status: 404, reason: 'the session is not one of the caller', challenge: undefined };

    it('work for the user who opened them, with any of their tokens', async () => {
      await open(alice);
      await expect(ask({ sessionId: 's' })).resolves.toBeDefined();
      await expect(ask({ sessionId: 's', authorization: await token({ scope: 'read write' }) })).resolves.toBeDefined();
      await expect(ask({ url: '/messages?sessionId=s' })).resolves.toBeDefined();
      expect(await refused({ sessionId: 's', ...anonymous })).toMatchObject({ status: 401 });
    });

    it('of other users, or of nobody, are not found', async () => {
      await open(alice);
      for (const sub of ['bob', 'Alice', 'alice ', undefined]) {
        const authorization = await token({ sub });
        for (const method of ['POST', 'GET', 'DELETE'])
          expect(await refused({ authorization, method, sessionId: 's' })).toEqual(gone);
        expect(await refused({ authorization, url: '/messages?sessionId=s' })).toEqual(gone);
      }
      for (const sessionId of ['x', '', 's, s', 's,x']) expect(await refused({ sessionId })).toEqual(gone);
      expect(await refused({ sessionId: 's', url: '/mcp?sessionId=x' })).toEqual(gone);
    });

    it('of a client without user are its own', async () => {
      const machine = await token({ sub: undefined, client_id: 'alice' });
      await open(machine);
      await expect(ask({ sessionId: 's', authorization: machine })).resolves.toBeDefined();
      expect(await refused({ sessionId: 's' })).toEqual(gone);
      expect(
        await refused({ sessionId: 's', authorization: await token({ sub: undefined, client_id: 'bob' }) }),
      ).toEqual(gone);
    });

    it('are checked before scopes', async () => {
      expect(await refused({ sessionId: 'x', messages: [call('create')] })).toEqual(gone);
    });

    it('can be named in one way only', async () => {
      await open(alice);
      const ways = [
        'sessionId=s&sessionId=s',
        'sessionId[]=s',
        '[sessionId]=s',
        'sessionid=s',
        'sessionId%5B%5D=s',
        'SESSIONID=s',
        'a=1;sessionId=s',
        'sessionId=s&x=sessionId',
      ];
      for (const query of ways) expect(await refused({ url: `/messages?${query}` })).toEqual(gone);
      for (const url of ['/messages;sessionId=s', '/messages?session%49d=s', '/messages?a=1&sessionId=s'])
        await expect(ask({ url })).resolves.toBeDefined();
      expect(await refused({ url: '/messages;sessionId=x' })).toEqual(gone);
      expect(await refused({ url: '/messages?a=1\n&sessionId=x' })).toEqual(gone);
      await expect(ask({ url: 'https://api.example/sessionId?a=1' })).resolves.toBeDefined();
    });

    it('end when DELETE succeeds', async () => {
      await open(alice);
      (await ask({ method: 'DELETE', sessionId: 's' })).answered(405, undefined);
      (await ask({ sessionId: 's' })).answered(200, undefined);
      (await ask({ method: 'DELETE', sessionId: 's' })).answered(200, undefined);
      expect(await refused({ sessionId: 's' })).toEqual(gone);
    });

    it('may change with every answer except those to messages within one', async () => {
      await open(alice);
      const changes = async (asked: Asked): Promise<boolean> => (await ask(asked)).changesSession;
      const [ping, initialize] = [{ method: 'ping' }, { method: 'initialize' }];
      expect(await changes({ messages: [ping] })).toBe(true);
      expect(await changes({ sessionId: 's', messages: [ping, initialize] })).toBe(true);
      for (const method of ['GET', 'DELETE']) expect(await changes({ method, sessionId: 's' })).toBe(true);
      expect(await changes({ sessionId: 's', messages: [ping, ping] })).toBe(false);
      expect(await changes({ sessionId: 's', messages: [{}] })).toBe(false);
      expect(await changes({ url: '/messages?sessionId=s', messages: [ping] })).toBe(false);
    });

    it('begin with an answer that succeeds, and never change hands', async () => {
      (await ask()).answered(400, 's');
      (await ask()).answered(300, 's');
      expect(await refused({ sessionId: 's' })).toEqual(gone);
      await open(alice);
      const bob = await token({ sub: 'bob' });
      await open(bob);
      expect(await refused({ sessionId: 's', authorization: bob })).toEqual(gone);
    });
  });

  describe('the audit line', () => {
    it('is one for each request, and says who, what and why', async () => {
      await ask({ messages: [call('search'), call('search'), { method: 'ping' }, {}] });
      await refused({ messages: [call('create'), call('search')] });
      await refused(anonymous);
      await refused({ authorization: await token({ exp: 1 }) });
      await ask({ method: 'GET' });
      await refused({ sessionId: 'x' });
      const who = { subject: 'alice', client: 'client-1', time: expect.any(String) };
      const time = who.time as unknown;
      expect(lines).toEqual([
        { ...who, decision: 'allow', method: 'tools/call, ping, response', tool: 'search', reason: 'scopes suffice' },
        { ...who, decision: 'deny', method: 'tools/call', tool: 'create, search', reason: 'scope missing: write' },
        { time, decision: 'deny', method: 'POST', reason: 'no token' },
        { time, decision: 'deny', method: 'POST', reason: '"exp" claim timestamp check failed' },
        { ...who, decision: 'allow', method: 'GET', reason: 'scopes suffice' },
        { ...who, decision: 'deny', method: 'ping', reason: 'the session is not one of the caller' },
      ]);
      expect(JSON.stringify(lines)).not.toContain(alice.slice(10, 40));
    });
  });
});

describe('the gate where a tool is public', () => {
  beforeEach(async () => {
    gate = await newGate(['status']);
  });

  it('serves it and discovery to anybody', async () => {
    for (const messages of [
      [{ method: 'initialize' }],
      [{ method: 'tools/list' }],
      [call('status')],
      [call('status'), {}],
    ]) {
      await expect(ask({ ...anonymous, messages })).resolves.toMatchObject({ user: 'anonymous', authInfo: undefined });
    }
    await expect(ask({ ...anonymous, method: 'GET', protocolVersion: '2025-11-25' })).resolves.toBeDefined();
    await expect(ask({ authorization: await token({ scope: '' }), messages: [call('status')] })).resolves.toBeDefined();
    expect(lines.map(({ reason }) => reason)).toEqual([...Array<string>(5).fill('public'), 'scopes suffice']);
  });

  it('asks for a token for everything else: 401 without an error', async () => {
    for (const messages of [
      [call('search')],
      [call('hello')],
      [call('unknown')],
      [{ method: 'resources/read' }],
      [call('status'), call('search')],
      [call('search'), call('status')],
    ]) {
      expect(await refused({ ...anonymous, messages })).toEqual({
        status: 401,
        reason: 'no token',
        challenge: CHALLENGE,
      });
    }
  });

  it('asks for it in the result of a tool call as well, with an error, as ChatGPT wants it', async () => {
    const refusal = await ask({ ...anonymous, messages: [{ ...call('search'), id: 7 }] }).catch((e: unknown) => e);
    expect(refusal).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': CHALLENGE } });
    const errors = 'error="invalid_token", error_description="Sign in to use this tool."';
    expect((refusal as Refusal).answer).toMatchObject({
      id: 7,
      result: { isError: true, _meta: { 'mcp/www_authenticate': [`Bearer ${errors}, ${METADATA}, scope="read"`] } },
    });
  });

  it('does not ignore a bad token', async () => {
    for (const authorization of ['Bearer x', 'Basic x', await token({ exp: 1 })]) {
      expect(await refused({ authorization, messages: [call('status')] })).toMatchObject({
        status: 401,
        challenge: expect.stringMatching(/^Bearer error="invalid_token"/),
      });
    }
  });

  it('lets the first user who signs in take over a session that was opened without a token', async () => {
    (await ask(anonymous)).answered(200, 's');
    await expect(ask({ ...anonymous, sessionId: 's' })).resolves.toBeDefined();
    await expect(ask({ ...anonymous, method: 'GET', sessionId: 's' })).resolves.toBeDefined();
    await expect(ask({ sessionId: 's' })).resolves.toBeDefined();
    for (const method of ['POST', 'GET', 'DELETE'])
      expect(await refused({ ...anonymous, method, sessionId: 's' })).toMatchObject({ status: 404 });
    expect(await refused({ authorization: await token({ sub: 'bob' }), sessionId: 's' })).toMatchObject({
      status: 404,
    });
  });

  it('keeps sessions of users from anonymous callers, and unknown ones too', async () => {
    (await ask()).answered(200, 's');
    for (const sessionId of ['s', 'x'])
      expect(await refused({ ...anonymous, sessionId, messages: [call('status')] })).toMatchObject({ status: 404 });
  });

  it('wants a user for the older SSE transport', async () => {
    for (const method of ['GET', 'HEAD', 'DELETE'])
      expect(await refused({ ...anonymous, method })).toMatchObject({ status: 401, challenge: CHALLENGE });
    for (const url of ['/messages?sessionId=s', '/messages?x=1&SessionId=s', '/messages;sessionId=s'])
      expect(await refused({ ...anonymous, url })).toMatchObject({ status: 401 });
    await expect(ask({ ...anonymous, url: '/sessionid=x' })).resolves.toBeDefined();
    await expect(ask({ method: 'GET' })).resolves.toBeDefined();
  });
});
