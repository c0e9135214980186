/** xmcp for real: its compiler puts the gate into the server that it makes. */
import assert from 'node:assert/strict';
import { check, isClosed, tell } from './installed/story.mjs';

const fixture = 'xmcp-ts';

await tell([
  {
    fixture,
    route: '/mcp',
    port: 3700,
    build: ['node_modules/xmcp/dist/cli.js', 'build'],
    start: () => ['dist/http.js'],
    written: ['dist', '.xmcp', 'xmcp-env.d.ts'],
    others: ['/MCP', '//mcp', '/mcp/x', '/nothing'],
    more: besideTheEndpoint,
  },
]);

async function besideTheEndpoint({ origin, resource }) {
  await check(`${fixture}: what is before the gate needs no token and runs no tool`, async () => {
    for (const path of ['/', '/health']) assert.equal((await fetch(origin + path)).status, 200);
  });
  await check(`${fixture}: a body that is not read by xmcp is no way around`, async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    for (const type of ['text/plain', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded']) {
      const answer = await fetch(resource, { method: 'POST', headers: { 'Content-Type': type }, body });
      assert.ok([400, 401, 415].includes(answer.status), `${type}: ${answer.status}`);
    }
  });
  await isClosed(fixture, `${resource}?x=/health`);
}
