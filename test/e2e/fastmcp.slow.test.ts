import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../support/issuer.ts';
import { copyOfFixture, discard, runAdd } from '../support/project.ts';
import { freePort, startProject, type RunningServer } from '../support/running-server.ts';

/** fastmcp opens more than its endpoint: without a login all of it ran tools for anybody. */
describe('what fastmcp serves beside its endpoint', () => {
  let issuer: TestIssuer;
  let server: RunningServer;
  let project: string;
  let origin: string;

  beforeAll(async () => {
    issuer = await startTestIssuer();
    project = copyOfFixture('fastmcp-ts');
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const resource = `${origin}/mcp`;
    await runAdd(project, { provider: 'custom', issuer: issuer.issuer, provision: false, resource });
    server = await startProject(project, port);
  });
  afterAll(async () => {
    await server?.stop();
    discard(project);
    await issuer.close();
  });

  it.each([
    ['GET', '/sse'],
    ['GET', '/sse?x=/health'],
    ['GET', '//sse'],
    ['POST', '/messages?sessionId=1'],
    ['POST', '/messages/health?sessionId=1'],
    ['POST', '/health/../messages?sessionId=1'],
    ['GET', '/mcp'],
    ['DELETE', '/mcp'],
    ['GET', '/nothing'],
  ])('%s %s needs a token', async (method, path) => {
    const { status } = await fetch(origin + path, { method, signal: AbortSignal.timeout(3000) });
    expect(status).toBe(401);
  });

  it.each(['/health', '/about', '/ping'])('%s needs none', async (path) => {
    expect((await fetch(origin + path)).status).toBe(200);
  });

  it('the older transport works with a token, on the stream of its user only', async () => {
    const stream = await fetch(`${origin}/sse`, { headers: { authorization: `Bearer ${await tokenOf('alice')}` } });
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value = '' } = await reader.read();
    const messages = origin + (/data: (\S+)/.exec(value)?.[1] ?? '');
    const send = async (user: string): Promise<number> => {
      const headers = { authorization: `Bearer ${await tokenOf(user)}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
      return (await fetch(messages, { method: 'POST', headers, body })).status;
    };
    expect(await send('mallory')).toBe(404);
    expect(await send('alice')).toBe(202);
    await reader.cancel();
  });

  it('a missing session is no reason to sign in again', async () => {
    const headers = {
      authorization: `Bearer ${await tokenOf('alice')}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const answer = await fetch(`${origin}/mcp`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });

  function tokenOf(sub: string): Promise<string> {
    return issuer.token(`${origin}/mcp`, ['read:tasks'], { sub });
  }
});
