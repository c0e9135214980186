import { describe, expect, it, vi } from 'vitest';

const PROTECTED = {
  TOOL_SCOPES: { search: ['read'], wipe: ['admin', 'read'], hello: [], both: ['admin'] },
  PUBLIC_TOOLS: [] as string[],
  BASE_SCOPES: ['read', 'offline_access'],
  SCOPE_IMPLIES: { admin: ['write'], write: ['read', 'admin'] },
};

async function rulesWith(map: typeof PROTECTED): Promise<typeof import('../../../templates/rules.ts')> {
  vi.resetModules();
  vi.doMock('../../../templates/scopes.ts', () => map);
  return import('../../../templates/rules.ts');
}

describe('rules where every tool is protected', async () => {
  const { ruleFor, ruleForStream, withImplied, allScopes, IS_OPEN } = await rulesWith(PROTECTED);
  const call = (tool: string) => ruleFor({ method: 'tools/call', tool });

  it('a tool needs its scopes', () => {
    expect(call('search')).toEqual({ access: 'scopes', scopes: ['read'] });
    expect(call('wipe')).toEqual({ access: 'scopes', scopes: ['admin', 'read'] });
    expect(call('hello')).toEqual({ access: 'scopes', scopes: [] });
  });

  it.each(['Search', 'search ', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '"%s" is no tool',
    (tool) => {
      expect(call(tool)).toEqual({ access: 'never' });
    },
  );

  it.each([
    'initialize',
    'ping',
    'server/discover',
    'logging/setLevel',
    'tools/list',
    'resources/list',
    'resources/templates/list',
    'prompts/list',
    'notifications/initialized',
    undefined,
  ])('%s needs a token', (method) => {
    expect(ruleFor(method === undefined ? {} : { method })).toEqual({ access: 'scopes', scopes: [] });
  });

  it.each(['resources/read', 'prompts/get', 'completion/complete', 'made/up', 'Tools/List', 'xnotifications/', ''])(
    '"%s" needs the base scopes',
    (method) => {
      expect(ruleFor({ method })).toEqual({ access: 'scopes', scopes: PROTECTED.BASE_SCOPES });
    },
  );

  it('the stream needs a token', () => {
    expect(IS_OPEN).toBe(false);
    expect(ruleForStream()).toEqual({ access: 'scopes', scopes: [] });
  });

  it('scopes bring along what they include, in circles too', () => {
    expect([...withImplied(['admin'])].sort()).toEqual(['admin', 'read', 'write']);
    expect([...withImplied(['read'])]).toEqual(['read']);
    expect([...withImplied(['constructor'])]).toEqual(['constructor']);
  });

  it('the catalogue holds each scope once, without offline_access', () => {
    expect(allScopes().sort()).toEqual(['admin', 'read']);
  });
});

describe('rules where a tool is public', async () => {
  const { ruleFor, ruleForStream, IS_OPEN } = await rulesWith({ ...PROTECTED, PUBLIC_TOOLS: ['status', 'both'] });

  it('it needs nothing, and discovery needs nothing', () => {
    expect(IS_OPEN).toBe(true);
    for (const tool of ['status', 'both'])
      expect(ruleFor({ method: 'tools/call', tool })).toEqual({ access: 'public' });
    for (const method of ['initialize', 'tools/list', 'notifications/initialized'])
      expect(ruleFor({ method })).toEqual({ access: 'public' });
    expect(ruleFor({})).toEqual({ access: 'public' });
    expect(ruleForStream()).toEqual({ access: 'public' });
  });

  it('the others need what they needed', () => {
    expect(ruleFor({ method: 'tools/call', tool: 'search' })).toEqual({ access: 'scopes', scopes: ['read'] });
    expect(ruleFor({ method: 'tools/call', tool: 'Status' })).toEqual({ access: 'never' });
    expect(ruleFor({ method: 'resources/read' })).toEqual({ access: 'scopes', scopes: PROTECTED.BASE_SCOPES });
  });
});
