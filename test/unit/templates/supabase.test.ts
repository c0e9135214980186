import { afterAll, describe, expect, it, vi } from 'vitest';

vi.mock('../../../templates/config.ts', () => import('../../../templates/config.supabase.ts'));
vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: { whoami: [], 'delete-task': ['delete:tasks'] },
  PUBLIC_TOOLS: [],
  BASE_SCOPES: ['delete:tasks'],
  SCOPE_IMPLIES: {},
}));

const { createGate } = await import('../../../templates/gate.ts');
const { metadataAnswer, Refusal } = await import('../../../templates/answers.ts');
const { startTestIssuer } = await import('../../support/issuer.ts');

const issuer = await startTestIssuer();
const config = { issuer: issuer.issuer, audience: 'authenticated', resource: 'https://mcp.example/mcp' };
const gate = createGate(config);
afterAll(() => issuer.close());
vi.spyOn(console, 'error').mockReturnValue(undefined);
vi.spyOn(process.stderr, 'write').mockReturnValue(true);

/** Calls a tool; `allowed`, or the refusal's status and challenge. */
async function call(tool: string, claims: object): Promise<string> {
  const token = await issuer.token('authenticated', ['email'], { ...claims });
  try {
    await gate.admit({
      method: 'POST',
      url: '/mcp',
      authorization: `Bearer ${token}`,
      sessionId: undefined,
      protocolVersion: '2025-11-25',
      hasStrayBody: () => false,
      messages: () => Promise.resolve([{ method: 'tools/call', tool, id: 1 }]),
    });
    return 'allowed';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.status} ${error.headers['WWW-Authenticate']}`;
  }
}

describe('a server whose tokens come from Supabase', () => {
  it('takes what a user may do from the claim of the hook, as a list or in one string', async () => {
    expect(await call('delete-task', { mcp_scopes: ['delete:tasks'] })).toBe('allowed');
    expect(await call('delete-task', { mcp_scopes: 'read:tasks delete:tasks' })).toBe('allowed');
    expect(await call('whoami', {})).toBe('allowed');
  });

  it('names no scope when one is missing: clients would ask for it, and the login would fail', async () => {
    const refusal =
      '403 Bearer error="insufficient_scope", resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"';
    expect(await call('delete-task', {})).toBe(refusal);
    expect(await call('delete-task', { mcp_scopes: ['read:tasks'] })).toBe(refusal);
  });

  it.each(['scope', 'scp', 'permissions', 'user_metadata', 'app_metadata'])('gives nothing for %s', async (name) => {
    const value = name.endsWith('metadata') ? { mcp_scopes: ['delete:tasks'] } : 'delete:tasks';
    expect(await call('delete-task', { [name]: value })).toMatch(/^403 /);
  });

  it.each([[{ client_id: undefined }], [{ client_id: '' }], [{ client_id: null }]])(
    "refuses a session of the project's own apps: %j",
    async (claims) => {
      expect(await call('whoami', claims)).toMatch(/^401 .*error="invalid_token"/);
    },
  );

  it('names no scopes in its metadata', () => {
    const { body = '' } = metadataAnswer(config, 'GET') as { body?: string };
    expect(JSON.parse(body)).not.toHaveProperty('scopes_supported');
  });
});
