import { expect, it } from 'vitest';
import { callPython, describePython, type Call } from './support/python.ts';

interface Result {
  user?: string;
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}
interface Request {
  method: string;
  url?: string;
  headers?: Record<string, string>;
  body?: string;
  answered?: [number, string | null];
}

const MAP = {
  TOOL_SCOPES: { search: ['read'], remove: ['delete', 'read'] },
  BASE_SCOPES: ['read'],
  SCOPE_IMPLIES: { admin: ['delete', 'read'] },
};
const OPEN = { ...MAP, PUBLIC_TOOLS: ['status'] };
const TOKENS = {
  reader: { scopes: ['read', 'offline_access', 'quo"te'] },
  admin: { scopes: ['admin'] },
  nothing: {},
  ben: { subject: 'ben', scopes: ['read'] },
  elsewhere: { issuer: 'https://other' },
  machine: { subject: null, client_id: 'robot' },
  outage: 'outage',
  bug: 'bug',
};
const METADATA = 'resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"';

async function admit(
  requests: Request[],
  scopes: Call['scopes'] = MAP,
): Promise<{ results: Result[]; lines: object[] }> {
  const found = (await callPython({ do: 'admit', scopes, input: { requests, tokens: TOKENS } })) as {
    results: Result[];
    lines: string[];
  };
  return { results: found.results, lines: found.lines.map((line) => JSON.parse(line) as object) };
}
const one = async (request: Request, scopes?: Call['scopes']): Promise<Result> =>
  (await admit([request], scopes)).results[0] ?? {};
const post = (token: string | undefined, message: object, more: Partial<Request> = {}): Request => ({
  method: 'POST',
  body: JSON.stringify(message),
  ...more,
  headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...more.headers },
});
const call = (name: string): object => ({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name } });

describePython('the gate in Python', () => {
  it('asks who comes without a token to sign in, and names no error', async () => {
    const { status, headers, body } = await one(post(undefined, call('search')));
    expect(status).toBe(401);
    expect(headers?.['WWW-Authenticate']).toBe(`Bearer ${METADATA}, scope="read"`);
    expect(JSON.parse(body ?? '')).toMatchObject({ error: { message: 'Authentication required' }, id: null });
  });

  it.each(['Bearer forged', 'Basic cmVhZGVy', 'Bearer', 'Bearer reader, Bearer reader', 'Bearer rea\u00f6der', ''])(
    'answers "%s" with invalid_token',
    async (authorization) => {
      const { status, headers } = await one({ method: 'GET', headers: { authorization } }, OPEN);
      expect(status).toBe(401);
      expect(headers?.['WWW-Authenticate']).toBe(`Bearer error="invalid_token", ${METADATA}, scope="read"`);
    },
  );

  it('tells in a 403 all scopes that a client has to ask for, those it has already included', async () => {
    const { status, headers } = await one(post('reader', call('remove')));
    expect(status).toBe(403);
    expect(headers?.['WWW-Authenticate']).toBe(`Bearer error="insufficient_scope", ${METADATA}, scope="read delete"`);
  });

  it('asks for scopes or a login in the result of a tool call as well, where ChatGPT looks', async () => {
    const found = [await one(post('reader', call('remove'))), await one(post(undefined, call('search')), OPEN)];
    expect(found.map(({ status }) => status)).toEqual([403, 401]);
    const challenges = [
      `Bearer error="insufficient_scope", error_description="This tool needs more permissions.", ${METADATA}, scope="read delete"`,
      `Bearer error="invalid_token", error_description="Sign in to use this tool.", ${METADATA}, scope="read"`,
    ];
    expect(found.map(({ body }) => JSON.parse(body ?? '') as object)).toMatchObject(
      challenges.map((text) => ({ id: 7, result: { isError: true, _meta: { 'mcp/www_authenticate': [text] } } })),
    );
    const batch = await one(post('reader', [call('search'), call('remove')]));
    expect(JSON.parse(batch.body ?? '')).toMatchObject({ id: null, error: { message: 'Not permitted' } });
  });

  it('refuses a batch for one of its elements', async () => {
    expect(await one(post('reader', [call('search'), call('remove')]))).toMatchObject({ status: 403 });
  });

  it('lets through who has the scopes, or one that includes them', async () => {
    expect(await one(post('reader', call('search')))).toEqual({ user: '["https://as", "ann"]' });
    expect(await one(post('admin', call('remove')))).toEqual({ user: '["https://as", "ann"]' });
  });

  it('says in a result that a tool is unknown, which the model can read', async () => {
    const { status, body } = await one(post('admin', call('toString')));
    expect(status).toBe(200);
    expect(JSON.parse(body ?? '')).toMatchObject({ id: 7, result: { isError: true } });
    expect(await one(post('admin', [call('toString'), call('search')]))).toMatchObject({ status: 403 });
  });

  it.each(['initialize', 'tools/list', 'ping', 'notifications/initialized'])(
    'lets any good token do %s',
    async (method) => {
      expect(await one(post('nothing', { method }))).toHaveProperty('user');
    },
  );

  it.each(['resources/read', 'prompts/get', 'unheard/of'])('takes the base scopes for %s', async (method) => {
    expect(await one(post('nothing', { method }))).toMatchObject({ status: 403 });
    expect(await one(post('reader', { method }))).toHaveProperty('user');
  });

  it('answers 503 when there are no keys, and 500 when it is broken itself', async () => {
    const { results } = await admit([post('outage', call('search')), post('bug', call('search'))]);
    expect(results).toMatchObject([{ status: 503, headers: { 'Retry-After': '5' } }, { status: 500 }]);
    expect(JSON.stringify(results)).not.toContain('oops');
  });

  it('takes no other methods, and bodies with POST only', async () => {
    const headers = { authorization: 'Bearer reader' };
    expect(await one({ method: 'PUT', headers })).toMatchObject({ status: 405 });
    expect(await one({ method: 'DELETE', headers, body: JSON.stringify(call('search')) })).toMatchObject({
      status: 400,
    });
  });
});

describePython('the gate in Python, where a tool is public', () => {
  it('serves that tool and discovery without a token', async () => {
    const requests = [call('status'), { method: 'initialize' }, { method: 'tools/list' }];
    const { results } = await admit(
      requests.map((message) => post(undefined, message)),
      OPEN,
    );
    expect(results).toEqual(requests.map(() => ({ user: 'anonymous' })));
  });

  it('still asks for a token for the others, for a batch with one of them, and for names alike', async () => {
    for (const message of [call('search'), [call('status'), call('search')], call('Status'), call('s')]) {
      expect(await one(post(undefined, message), OPEN)).toMatchObject({ status: 401 });
    }
  });

  it('refuses a bad token all the same', async () => {
    expect(await one(post('forged', call('status')), OPEN)).toMatchObject({ status: 401 });
  });

  it('asks for a token where the older SSE transport is used', async () => {
    const message = post(undefined, call('status'), { url: '/messages/?session_id=x' });
    expect((await admit([{ method: 'GET' }, message], OPEN)).results).toMatchObject([{ status: 401 }, { status: 401 }]);
    const stream = { method: 'GET', headers: { 'mcp-protocol-version': '2025-06-18' } };
    expect(await one(stream, OPEN)).toEqual({ user: 'anonymous' });
  });

  it('hands an anonymous session to the first who signs in', async () => {
    const within = { headers: { 'mcp-session-id': 's' } };
    const { results } = await admit(
      [
        post(undefined, { method: 'initialize' }, { answered: [200, 's'] }),
        post('reader', call('search'), within),
        post('ben', call('search'), within),
        post(undefined, call('status'), within),
      ],
      OPEN,
    );
    expect(results.map(({ status }) => status)).toEqual([undefined, undefined, 404, 404]);
  });
});

describePython('sessions at the gate in Python', () => {
  const opened = post('reader', { method: 'initialize' }, { answered: [200, 's'] });
  const within = (token: string, more: Partial<Request> = {}): Request =>
    post(token, call('search'), { headers: { 'mcp-session-id': 's' }, ...more });
  const statuses = async (requests: Request[]): Promise<(number | undefined)[]> =>
    (await admit(requests)).results.map(({ status }) => status);

  it('are for their user alone, with any of his tokens', async () => {
    expect(await statuses([opened, within('admin'), within('ben'), within('elsewhere')])).toEqual([
      undefined,
      undefined,
      404,
      404,
    ]);
  });

  it('that a client opened without user are for that client', async () => {
    const own = post('machine', { method: 'initialize' }, { answered: [200, 's'] });
    expect(await statuses([own, within('ben')])).toEqual([undefined, 404]);
  });

  it('are named in the query as well, once', async () => {
    const query = (url: string): Request => post('ben', call('search'), { url });
    expect(
      await statuses([opened, query('/messages/?session_id=s'), query('/messages/?session_id=t&session_id=s')]),
    ).toEqual([undefined, 404, 404]);
  });

  it('are over when they were ended, not when that failed', async () => {
    const end = (status: number): Request => ({
      method: 'DELETE',
      headers: { authorization: 'Bearer reader', 'mcp-session-id': 's' },
      answered: [status, null],
    });
    expect((await statuses([opened, end(500), within('reader'), end(200), within('reader')])).at(-1)).toBe(404);
    expect((await statuses([opened, end(500), within('reader')])).at(-1)).toBeUndefined();
  });
});

describePython('the audit of the gate in Python', () => {
  it('has one line for each decision, and no token', async () => {
    const { lines } = await admit([post('reader', [call('search'), call('remove')]), post('forged', call('search'))]);
    expect(lines).toMatchObject([
      { decision: 'deny', subject: 'ann', client: 'client', method: 'tools/call', tool: 'search, remove' },
      { decision: 'deny', method: 'POST', reason: 'no signature of ours' },
    ]);
    expect(lines[0]).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
    expect(JSON.stringify(lines)).not.toMatch(/reader|forged/);
  });

  it('cuts what is too long and lets nobody write a line of their own', async () => {
    const { lines } = await admit([post('reader', call(`a\n\u2028\u009b${'x'.repeat(500)}`))]);
    expect(lines).toHaveLength(1);
    expect((lines[0] as { tool: string }).tool).toHaveLength(200);
  });
});
