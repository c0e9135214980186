import { describe, expect, it, vi } from 'vitest';
import {
  answerTo,
  challenge,
  exposed,
  metadataAnswer,
  metadataPaths,
  preflight,
  Refusal,
  unauthorized,
} from '../../../templates/answers.ts';

vi.mock('../../../templates/scopes.ts', () => ({
  TOOL_SCOPES: { a: ['read'], b: ['write'] },
  PUBLIC_TOOLS: [],
  BASE_SCOPES: ['read'],
  SCOPE_IMPLIES: {},
}));

const config = { issuer: 'https://login.example/', audience: 'x', resource: 'https://API.example:443/mcp' };

describe('challenges', () => {
  it('name metadata and scopes, each scope once', () => {
    expect(challenge(config, ['read', 'write', 'read'])).toEqual({
      'WWW-Authenticate':
        'Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp", scope="read write"',
    });
  });

  it('carry an error when there is one, and no empty scope', () => {
    expect(challenge(config, [], 'invalid_token')['WWW-Authenticate']).toBe(
      'Bearer error="invalid_token", resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"',
    );
  });

  it('leave out scopes that do not fit into a header', () => {
    const strange = ['a"b', 'a\\b', 'a b', 'a\nb', 'ä', '', ' x', 'x '];
    expect(challenge(config, [...strange, 'fine:1!'])['WWW-Authenticate']).toMatch(/, scope="fine:1!"$/);
  });

  it('ask for the base scopes at the door', () => {
    const refusal = unauthorized(config, 'no token');
    expect([refusal.status, refusal.message]).toEqual([401, 'no token']);
    expect(refusal.headers['WWW-Authenticate']).toMatch(/^Bearer resource_metadata="[^"]+", scope="read"$/);
    expect(unauthorized(config, 'bad', 'invalid_token').headers['WWW-Authenticate']).toMatch(
      /^Bearer error="invalid_token", /,
    );
  });

  it('keep a query of the resource', () => {
    const header = challenge({ ...config, resource: 'https://a.example/mcp?t=1' }, [])['WWW-Authenticate'];
    expect(header).toBe('Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource/mcp?t=1"');
  });
});

describe('answers to refused requests', () => {
  const texts: [number, number, string][] = [
    [400, -32600, 'Invalid request'],
    [401, -32001, 'Authentication required'],
    [403, -32001, 'Not permitted'],
    [404, -32001, 'Session not found'],
    [405, -32001, 'Method not allowed'],
    [413, -32001, 'Request too large'],
    [415, -32001, 'Unsupported media type'],
    [500, -32001, 'Internal error'],
    [503, -32001, 'Temporarily unavailable'],
  ];
  it.each(texts)('%i: a JSON-RPC error that tells no reason', (status, code, message) => {
    const { body, ...rest } = answerTo(new Refusal(status, 'a secret reason', { Allow: 'x' }));
    expect(rest).toEqual({
      status,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Allow: 'x' },
    });
    expect(JSON.parse(body!)).toEqual({ jsonrpc: '2.0', error: { code, message }, id: null });
  });
});

describe('metadata', () => {
  it('is at the path-inserted URL and at the root (RFC 9728 section 3.1)', () => {
    const root = '/.well-known/oauth-protected-resource';
    expect(metadataPaths(config)).toEqual([`${root}/mcp`, root]);
    expect(metadataPaths({ ...config, resource: 'https://a.example' })).toEqual([root, root]);
    expect(metadataPaths({ ...config, resource: 'https://a.example/x/mcp/' })).toEqual([`${root}/x/mcp/`, root]);
  });

  it('says resource and issuer byte for byte, to everybody', () => {
    const { status, headers, body } = metadataAnswer(config, 'GET');
    expect([status, headers]).toEqual([
      200,
      { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json', 'Cache-Control': 'max-age=3600' },
    ]);
    expect(JSON.parse(body!)).toEqual({
      resource: 'https://API.example:443/mcp',
      authorization_servers: ['https://login.example/'],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    });
  });

  it('answers HEAD without a body, OPTIONS, and nothing else', () => {
    const { body, ...get } = metadataAnswer(config, 'GET');
    expect(body).toBeDefined();
    expect(metadataAnswer(config, 'HEAD')).toEqual(get);
    expect(metadataAnswer(config, 'OPTIONS')).toMatchObject({
      status: 204,
      headers: { 'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS' },
    });
    expect(metadataAnswer(config, 'POST')).toEqual({
      status: 405,
      headers: { 'Access-Control-Allow-Origin': '*', Allow: 'GET, HEAD, OPTIONS' },
    });
  });
});

describe('CORS', () => {
  it('allows what MCP clients send', () => {
    expect(preflight('GET, POST', null)).toEqual({
      status: 204,
      headers: {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers':
          'authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id',
        'Access-Control-Max-Age': '86400',
      },
    });
  });

  it('echoes other header names that are asked for, when they are names', () => {
    const allowed = preflight('GET', 'X-One, authorization ,bad name,ev\u00efl,,' + 'l'.repeat(65)).headers[
      'Access-Control-Allow-Headers'
    ];
    expect(allowed?.split(', ').slice(7)).toEqual(['x-one']);
  });

  it('exposes what web clients need beside what the application exposes', () => {
    expect(exposed('')).toBe('WWW-Authenticate, Mcp-Session-Id');
    expect(exposed('X-A,mcp-session-id , ')).toBe('X-A, mcp-session-id, WWW-Authenticate');
    expect(exposed('www-authenticate, Mcp-Session-Id')).toBe('www-authenticate, Mcp-Session-Id');
  });
});
