import { describe, expect, it, vi } from 'vitest';
import { isInternal, setProps, userOf, withOwnSessions } from '../../../templates/agents.ts';
import type { Caller } from '../../../templates/gate.ts';
import { digest, setting, shared, useEnvironment } from '../../../templates/runtime.workers.ts';
import { digest as digestOfNode } from '../../../templates/runtime.ts';
import { ANONYMOUS, idWithOwner, Sessions } from '../../../templates/sessions.workers.ts';

const ALICE = 'aG9+/==';
const BOB = 'Ym9i+/==';

function caller(user: string, subject?: string): Caller {
  const extra = { subject, claims: { sub: subject, name: 'Ålice' } };
  const authInfo = subject === undefined ? undefined : { token: 'secret', clientId: 'c', scopes: ['read'], extra };
  return { user, authInfo, changesSession: false, answered: () => undefined };
}

describe('sessions on Workers', () => {
  it('belong to the user in their id, wherever they are asked for', () => {
    const id = idWithOwner('0123', ALICE);
    expect(id).toMatch(/^[\w.-]+$/);
    expect(new Sessions().admits(id, ALICE)).toBe(true);
    for (const other of [BOB, ANONYMOUS, '']) expect(new Sessions().admits(id, other)).toBe(false);
  });

  it('of nobody are for everybody, until somebody signs in', () => {
    const sessions = new Sessions();
    const id = idWithOwner('0123', ANONYMOUS);
    expect(sessions.admits(id, ALICE)).toBe(true);
    sessions.bind(id, ANONYMOUS);
    sessions.bind(id, ALICE);
    expect(sessions.admits(id, BOB)).toBe(false);
    expect(sessions.admits(id, ALICE)).toBe(true);
  });

  it('without a user in their id are remembered, and nobody else’s', () => {
    const sessions = new Sessions();
    expect(sessions.admits('0123', ALICE)).toBe(false);
    sessions.bind('0123', ALICE);
    expect(sessions.admits('0123', ALICE)).toBe(true);
    expect(sessions.admits('0123', BOB)).toBe(false);
    sessions.release('0123');
    expect(sessions.admits('0123', ALICE)).toBe(false);
  });
});

describe('an agent', () => {
  const namespace = () => {
    const calls: string[] = [];
    const agent = {
      updateProps: async (props: object) => void calls.push(`props ${JSON.stringify(props)}`),
      fetch: async (path: string) => void calls.push(`fetch ${path}`),
    };
    const binding = {
      newUniqueId: () => ({ toString: () => '0123' }),
      idFromName: (name: string) => name,
      get: (_id: string) => agent,
    };
    return { binding, calls };
  };

  it('gets sessions with the caller in their ids, and hears who calls before it hears what', async () => {
    const { binding, calls } = namespace();
    const env = withOwnSessions({ MCP_OBJECT: binding, KEY: 'k' }, caller(ALICE, 'alice'), ['MCP_OBJECT'], { user: 1 });
    const { MCP_OBJECT, KEY } = env as { MCP_OBJECT: typeof binding; KEY: string };
    expect(KEY).toBe('k');
    expect(String(MCP_OBJECT.newUniqueId())).toBe(idWithOwner('0123', ALICE));
    await MCP_OBJECT.get(MCP_OBJECT.idFromName('x')).fetch('/mcp');
    expect(calls).toEqual(['props {"user":1}', 'fetch /mcp']);
  });

  it('that is not named, or is none, is left as it is', () => {
    const env = { OTHER: namespace().binding, MCP_OBJECT: 'a text' };
    expect(withOwnSessions(env, caller(ALICE), ['MCP_OBJECT', 'MISSING'], {})).toEqual(env);
  });

  it('is told the user, and never the token', () => {
    const ctx: { props?: object } = { props: { own: 1 } };
    const props = setProps(ctx, caller(ALICE, 'alice'));
    expect(ctx.props).toBe(props);
    expect(props).toMatchObject({ own: 1, user: { subject: 'alice', clientId: 'c', scopes: ['read'] } });
    expect(JSON.stringify(props)).not.toContain('secret');
    expect(userOf(props)).toMatchObject({
      subject: 'alice',
      clientId: 'c',
      scopes: ['read'],
      claims: { name: 'Ålice' },
    });
  });

  it('does not take a caller without a token for the one before', () => {
    const ctx = { props: { user: { subject: 'alice' } } };
    expect(setProps(ctx, caller(ANONYMOUS))).toEqual({});
    expect(() => userOf(ctx.props)).toThrow('Nobody has signed in.');
    expect(() => userOf(undefined)).toThrow('Nobody has signed in.');
  });

  it.each([
    [{ 'cf-mcp-method': 'POST' }, true],
    [{ 'CF-MCP-Message': 'e30=' }, true],
    [{ 'x-partykit-room': 'x' }, true],
    [{ Upgrade: 'websocket' }, true],
    [{ 'Mcp-Method': 'tools/call', 'cf-ray': '1' }, false],
  ])('is not talked to past the gate: %o', (headers, expected) => {
    expect(isInternal(new Request('https://x.example/mcp', { headers: headers as Record<string, string> }))).toBe(
      expected,
    );
  });
});

describe('what is run once for all who ask', () => {
  it('answers all with one run, also when it fails', async () => {
    const run = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (run.mock.calls.length > 1) throw new Error('down');
      return 'keys';
    });
    const ask = shared(run);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['keys', 'keys', 'keys']);
    expect(run).toHaveBeenCalledTimes(1);
    const failed = await Promise.allSettled([ask(), ask()]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('is run again by whoever waits in vain: the request that has begun it may be gone', async () => {
    vi.useFakeTimers();
    let runs = 0;
    const ask = shared(() => (++runs === 1 ? new Promise<string>(() => undefined) : Promise.resolve('keys')));
    void ask();
    const second = ask();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await second).toBe('keys');
    vi.useRealTimers();
  });
});

it('settings are texts of the environment that came with a request', () => {
  expect(setting('KEY')).toBeUndefined();
  useEnvironment({ KEY: 'value', BINDING: {} });
  expect(setting('KEY')).toBe('value');
  expect(setting('BINDING')).toBeUndefined();
});

it('a digest is the same as on Node.js', async () => {
  expect(await digest('ö')).toBe(await digestOfNode('ö'));
});
