import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { login } from '../../src/oauth/login.ts';
import { read } from '../support/oauth-client.ts';
import { startTestIssuer, type TestIssuer } from '../support/oauth-local.ts';
import { openLocalLogin, submitLocalLogin } from '../support/oauth-login.mjs';
import { startProtectedServer, type ProtectedServer } from '../support/oauth-protected-server.ts';

let mcp: ProtectedServer;
let as: TestIssuer;
beforeAll(async () => {
  mcp = await startProtectedServer();
  as = await startTestIssuer(mcp.url, { ttl: 2 });
  mcp.trust(as.settings.issuer);
});
afterAll(async () => {
  await mcp.close();
  await as.close();
});

const REDIRECT = 'http://127.0.0.1:33418/callback';

/** What an application has to remember for the official clients; the "browser" is our form driver. */
class Memory {
  readonly asked: string[] = [];
  callback = new URLSearchParams();
  #kept: Record<string, unknown> = {};
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = {
    client_name: 'Official client',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  state = (): string => 'state-1';
  clientInformation = (): never => this.#kept['client'] as never;
  saveClientInformation = (client: unknown): void => void (this.#kept['client'] = client);
  tokens = (): never => this.#kept['tokens'] as never;
  saveTokens = (tokens: unknown): void => void (this.#kept['tokens'] = tokens);
  codeVerifier = (): string => String(this.#kept['verifier']);
  saveCodeVerifier = (verifier: string): void => void (this.#kept['verifier'] = verifier);
  discoveryState = (): never => this.#kept['discovery'] as never;
  saveDiscoveryState = (state: unknown): void => void (this.#kept['discovery'] = state);
  redirectToAuthorization = async (url: URL): Promise<void> => {
    this.asked.push(url.searchParams.get('scope') ?? '');
    this.callback = new URL(await submitLocalLogin(url.href, { user: 'anna' })).searchParams;
  };
}

interface Session {
  call(name: string): Promise<unknown>;
  close(): Promise<void>;
}
type Connect = (memory: Memory) => { connect(): Promise<Session>; finish(): Promise<void> };

const v1: Connect = (memory) => {
  const transport = new TransportV1(new URL(mcp.url), { authProvider: memory });
  const client = new ClientV1({ name: 'v1', version: '1.0.0' });
  return {
    async connect() {
      await client.connect(transport as never);
      return { call: (name) => client.callTool({ name }), close: () => client.close() };
    },
    finish: () => transport.finishAuth(memory.callback.get('code')!),
  };
};

const v2: Connect = (memory) => {
  const transport = new TransportV2(new URL(mcp.url), { authProvider: memory });
  const client = new ClientV2({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  return {
    async connect() {
      await client.connect(transport);
      return { call: (name) => client.callTool({ name }), close: () => client.close() };
    },
    finish: () => transport.finishAuth(memory.callback),
  };
};

/** Calls a tool; logs in whenever the server wants it, as an application would. */
async function callTool(connect: Connect, memory: Memory, name: string): Promise<unknown> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const client = connect(memory);
    try {
      const session = await client.connect();
      // A step-up is asked for by the transport of this very session.
      const result = await session.call(name).catch(async (error: unknown) => {
        if ((error as Error).name !== 'UnauthorizedError' && !String(error).includes('Unauthorized')) throw error;
        await client.finish();
        return undefined;
      });
      await session.close();
      if (result !== undefined) return result;
    } catch (error) {
      if (!String(error).includes('Unauthorized') && (error as Error).name !== 'UnauthorizedError') throw error;
      await client.finish();
    }
  }
  throw new Error('logged in three times and still refused');
}

const answer = (text: string): unknown => ({ content: [{ type: 'text', text }] });

describe.each<[string, Connect]>([
  ['1', v1],
  ['2', v2],
])('the official client, version %s,', (_version, connect) => {
  const memory = new Memory();

  it('finds its way from a 401 to a tool call', async () => {
    expect(await callTool(connect, memory, 'list-tasks')).toMatchObject(answer('list-tasks for anna') as object);
    expect(memory.asked).toHaveLength(1);
    expect(memory.asked[0]).toContain('read:tasks');
  });

  it('steps up to a scope that it did not register with', async () => {
    // Its first token has run out by now or not; either way the tool needs more than it had.
    if (connect === v1) dropRefreshToken(memory);
    expect(await callTool(connect, memory, 'add-task')).toMatchObject(answer('add-task for anna') as object);
    expect(memory.asked.at(-1)!.split(' ')).toEqual(expect.arrayContaining(['read:tasks', 'write:tasks']));
  });

  it('refreshes an expired token without asking again', async () => {
    const logins = memory.asked.length;
    const before = (memory.tokens() as { access_token: string }).access_token;
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await callTool(connect, memory, 'add-task')).toMatchObject(answer('add-task for anna') as object);
    expect((memory.tokens() as { access_token: string }).access_token).not.toBe(before);
    expect(memory.asked).toHaveLength(logins);
  });
});

/** There is none to drop unless the server gave one too early: then this client could not step up. */
function dropRefreshToken(memory: Memory): void {
  expect(memory.tokens()).not.toHaveProperty('refresh_token');
}

describe('our own login', () => {
  it('goes the same way', async () => {
    const result = await login({ resourceUrl: mcp.url, openBrowser: (url) => openLocalLogin(url, { user: 'otto' }) });
    expect(result).toMatchObject({
      issuer: as.settings.issuer,
      resource: mcp.url,
      scopes: ['read:tasks'],
      expiresIn: 2,
    });
    expect(read(result.accessToken).claims).toMatchObject({ sub: 'otto', aud: mcp.url, client_id: result.clientId });
  });

  it('asks for the scopes it is told to', async () => {
    const scopes = ['read:tasks', 'write:tasks'];
    const result = await login({ resourceUrl: mcp.url, scopes, openBrowser: (url) => openLocalLogin(url) });
    expect(result.scopes).toEqual(scopes);
  });

  it('says when access was denied', async () => {
    const denied = login({ resourceUrl: mcp.url, openBrowser: (url) => openLocalLogin(url, { decision: 'deny' }) });
    await expect(denied).rejects.toMatchObject({ code: 'provider-refused', exit: 4 });
  });

  it('says when a scope does not exist', async () => {
    const denied = login({ resourceUrl: mcp.url, scopes: ['read:mail'], openBrowser: (url) => openLocalLogin(url) });
    await expect(denied).rejects.toMatchObject({
      message: expect.stringContaining('unknown scope read:mail') as string,
    });
  });

  it('gives up when nobody comes back', async () => {
    const alone = login({ resourceUrl: mcp.url, timeout: 50, openBrowser: () => undefined });
    await expect(alone).rejects.toMatchObject({ code: 'verification-failed' });
  });

  it('does not accept a code for another state', async () => {
    const mixedUp = login({
      resourceUrl: mcp.url,
      openBrowser: async (url) => {
        const other = new URL(url);
        other.searchParams.set('state', 'another');
        await openLocalLogin(other.href);
      },
    });
    await expect(mixedUp).rejects.toMatchObject({ code: 'verification-failed' });
  });

  it('says when the server is not there', async () => {
    const lost = login({ resourceUrl: 'http://127.0.0.1:9/mcp', openBrowser: () => undefined });
    await expect(lost).rejects.toMatchObject({
      code: 'verification-failed',
      fix: 'Start the server and run this again.',
    });
  });

  it('says when the server is not protected', async () => {
    const open = login({ resourceUrl: `${as.settings.issuer}/mcp`, openBrowser: () => undefined });
    await expect(open).rejects.toMatchObject({
      message: expect.stringContaining('no protected resource metadata') as string,
    });
  });
});
