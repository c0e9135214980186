import { describe, expect, test } from 'vitest';
import { detect } from '../../../src/servers/detect.ts';
import { snapshotOf } from './fetch/support.ts';

/** Why a server with this version of the SDK is refused; `undefined` when it is not. */
function refusal(version: string, ...lines: string[]): string | undefined {
  const code = [
    `import express from 'express';`,
    `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';`,
    'const app = express();',
    ...lines,
  ].join('\n');
  const { adapter, match, model } = detect({ ...snapshotOf({ 'server.ts': code }), versionOf: () => version });
  const scopes = { toolScopes: {}, publicTools: [], baseScopes: [] };
  const [edit] = adapter.edit(model, match, { authDir: 'auth', resource: 'http://localhost/mcp', scopes });
  return edit?.kind === 'skip' ? edit.reason : undefined;
}

const STATELESS = 'new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })';
const ROUTE = `app.post('/mcp', (req, res) => transport.handleRequest(req, res, req.body));`;

describe('one transport for all users', () => {
  test.each([
    ['at the top of the file', [`const transport = ${STATELESS};`, ROUTE]],
    ['in a function around the routes', [`function start() { const transport = ${STATELESS}; ${ROUTE} }`, 'start();']],
    [
      'in a field',
      [
        `class Host { transport = ${STATELESS};`,
        `constructor() { app.post('/mcp', (req, res) => this.transport.handleRequest(req, res)); } }`,
        'new Host();',
      ],
    ],
  ])('hands out answers to the wrong ones before SDK 1.26: %s', (_, lines) => {
    expect(refusal('1.25.2', ...lines)).toContain("users would get each other's answers");
    expect(refusal('1.26.0', ...lines)).toBeUndefined();
  });

  test('but not one of each request, or of a session', () => {
    const own = `app.post('/mcp', (req, res) => { const transport = ${STATELESS}; transport.handleRequest(req, res); });`;
    expect(refusal('1.25.2', own)).toBeUndefined();
    const session = 'const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });';
    expect(refusal('1.25.2', session, ROUTE)).toBeUndefined();
  });
});
