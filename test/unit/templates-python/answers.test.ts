import { expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}
const SCOPES = { TOOL_SCOPES: { a: ['read'], b: ['write', 'offline_access'] }, BASE_SCOPES: ['read'] };
const metadata = (methods: string[], more = {}): Promise<{ paths: string[]; answers: Answer[] }> =>
  callPython({ do: 'metadata', scopes: SCOPES, input: methods, ...more }) as Promise<{
    paths: string[];
    answers: Answer[];
  }>;

describePython('the metadata in Python', () => {
  it('is at both addresses, with all scopes, for every web page', async () => {
    const { paths, answers } = await metadata(['GET']);
    const root = '/.well-known/oauth-protected-resource';
    expect(paths).toEqual([`${root}/mcp`, root]);
    expect(answers[0]).toMatchObject({ status: 200, headers: { 'Access-Control-Allow-Origin': '*' } });
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({
      resource: 'https://mcp.example/mcp',
      authorization_servers: ['https://as.example'],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    });
  });

  it('answers HEAD without a body, OPTIONS as CORS asks, and nothing else', async () => {
    const { answers } = await metadata(['HEAD', 'OPTIONS', 'POST']);
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, ''],
      [204, ''],
      [405, ''],
    ]);
  });

  it('names scopes with the prefix that the authorization server puts before them', async () => {
    const env = {
      MCP_AUTH_ISSUER: 'https://as.example',
      MCP_AUTH_AUDIENCE: 'aud',
      MCP_RESOURCE_URL: 'https://mcp.example/mcp',
      MCP_AUTH_SCOPE_PREFIX: 'api/',
    };
    const { answers } = await metadata(['GET'], { env });
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ scopes_supported: ['api/read', 'api/write'] });
  });

  it('names no scopes where clients cannot ask for them', async () => {
    const { answers } = await metadata(['GET'], { config: 'config.supabase.py' });
    expect(JSON.parse(answers[0]?.body ?? '')).not.toHaveProperty('scopes_supported');
  });
});

describePython('what ChatGPT is told of tools in Python', () => {
  const scopes = { ...SCOPES, PUBLIC_TOOLS: ['status'] };
  const schemes = (more = {}): Promise<unknown> =>
    callPython({ do: 'schemes', scopes, input: ['a', 'status', 'unknown'], ...more });

  it('comes from the scope map; nothing of a tool that nobody may call', async () => {
    expect(await schemes()).toEqual([[{ type: 'oauth2', scopes: ['read'] }], [{ type: 'noauth' }], null]);
  });

  it('names no scopes where clients cannot ask for them', async () => {
    expect(await schemes({ config: 'config.supabase.py' })).toEqual([[{ type: 'oauth2' }], [{ type: 'noauth' }], null]);
  });
});

describePython('a preflight in Python', () => {
  it('allows the headers that were asked for, if they are names', async () => {
    const { headers } = (await callPython({ do: 'preflight', input: 'X-Mine, mcp-method, b\nad' })) as Answer;
    const allowed = headers['Access-Control-Allow-Headers']?.split(', ') ?? [];
    expect(allowed).toContain('x-mine');
    expect(allowed.filter((name) => name === 'mcp-method')).toHaveLength(1);
    expect(allowed.join()).not.toContain('ad');
  });
});

describePython('sessions in Python', () => {
  it('belong to who opened them; nobody knows the others', async () => {
    const steps = [
      ['bind', 's', 'ann'],
      ['admits', 's', 'ann'],
      ['admits', 's', 'ben'],
      ['admits', 'x', 'ann'],
    ];
    expect(await callPython({ do: 'sessions', input: steps })).toEqual([null, true, false, false]);
  });

  it('of nobody go to the first who signs in, and stay', async () => {
    const steps = [
      ['bind', 's', 'anonymous'],
      ['admits', 's', 'ben'],
      ['bind', 's', 'ann'],
      ['bind', 's', 'ben'],
    ];
    const look = [
      ['admits', 's', 'ben'],
      ['admits', 's', 'ann'],
      ['release', 's'],
      ['admits', 's', 'ann'],
    ];
    const found = await callPython({ do: 'sessions', input: [...steps, ...look] });
    expect(found).toEqual([null, true, null, null, false, true, null, false]);
  });

  it('are forgotten when there are too many, those of nobody first', async () => {
    const bind = (id: string, user: string): string[] => ['bind', id, user];
    const flood = [bind('a', 'ann'), ...['1', '2', '3', '4'].map((id) => bind(id, 'anonymous'))];
    const look = [
      ['admits', 'a', 'ann'],
      ['admits', '1', 'ann'],
      ['admits', '4', 'ann'],
    ];
    expect(((await callPython({ do: 'sessions', input: [...flood, ...look] })) as unknown[]).slice(-3)).toEqual([
      true,
      false,
      true,
    ]);
  });
});
