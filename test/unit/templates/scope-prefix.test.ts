import { afterAll, describe, expect, it, vi } from 'vitest';

vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: { 'list-tasks': ['read:tasks'], 'delete-task': ['delete:tasks'] },
  PUBLIC_TOOLS: [],
  BASE_SCOPES: ['read:tasks'],
  SCOPE_IMPLIES: {},
}));

const { createVerifier } = await import('../../../templates/verifier.ts');
const { challenge, metadataAnswer } = await import('../../../templates/answers.ts');
const { Issuer, mint } = await import('./support/issuer.ts');

const RESOURCE = 'https://mcp.example/mcp';
const issuer = await new Issuer().start();
afterAll(() => issuer.stop());
const plain = { issuer: issuer.url, audience: RESOURCE, resource: RESOURCE };
const config = { ...plain, scopePrefix: `${RESOURCE}/`, clientIds: ['known', 'other'] };

/** The scopes of a token with these claims, or why it is no good. */
async function verified(claims: Record<string, unknown>, settings: typeof plain = config): Promise<string[] | string> {
  const token = await mint(issuer, RESOURCE, { claims });
  return createVerifier(settings)(token).then(
    ({ scopes }) => scopes,
    (error: unknown) => (error as Error).message,
  );
}

const OURS = { scope: `openid ${RESOURCE}/read:tasks https://else.example/delete:tasks` };

describe('an authorization server that puts a prefix before the names of scopes (Cognito)', () => {
  it('is asked for them with the prefix, by challenges and metadata', () => {
    const header = challenge(config, ['read:tasks', 'openid', 'delete:tasks'])['WWW-Authenticate'];
    expect(header).toContain(`scope="${RESOURCE}/read:tasks openid ${RESOURCE}/delete:tasks"`);
    const { scopes_supported: listed } = JSON.parse(metadataAnswer(config, 'GET').body ?? '') as Record<
      string,
      unknown
    >;
    expect(listed).toEqual([`${RESOURCE}/read:tasks`, `${RESOURCE}/delete:tasks`]);
  });

  it('grants by the names without it, and nothing by the names of another resource', async () => {
    expect(await verified(OURS)).toEqual(['openid', 'read:tasks', 'https://else.example/delete:tasks']);
  });
});

describe('clients whose tokens name no audience', () => {
  const unbound = { ...OURS, aud: undefined };

  it('are those of the configuration', async () => {
    expect(await verified({ ...unbound, client_id: 'known' })).toContain('read:tasks');
    const reason = 'the token has no audience, and its client is not one of this server';
    expect(await verified({ ...unbound, client_id: 'stranger' })).toBe(reason);
    expect(await verified({ ...unbound, client_id: ['known'] })).toBe(reason);
    expect(await verified({ ...unbound, client_id: undefined })).toBe(reason);
  });

  it('need the right audience where a token names one', async () => {
    expect(await verified({ ...OURS, aud: 'https://else.example/mcp', client_id: 'known' })).toContain('"aud"');
    expect(await verified({ ...OURS, aud: [], client_id: 'known' })).toContain('"aud"');
    expect(await verified({ ...OURS, aud: null, client_id: 'known' })).toContain('"aud"');
  });

  it('are none unless the configuration says so', async () => {
    expect(await verified({ ...unbound, client_id: 'known' }, plain)).toContain('"aud"');
  });
});
