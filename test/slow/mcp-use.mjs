/** mcp-use for real, both majors: one listens by itself, the other is built and started by its command. */
import assert from 'node:assert/strict';
import { check, tell } from './installed/story.mjs';
import { call, post } from './installed/wire.mjs';

const production = () => ({ NODE_ENV: 'production', HOST: '127.0.0.1', MCP_USE_ANONYMIZED_TELEMETRY: 'false' });

await tell([
  {
    fixture: 'mcp-use-1',
    route: '/mcp',
    start: () => ['node_modules/tsx/dist/cli.mjs', 'src/index.ts'],
    settings: production,
    written: ['.mcp-use'],
    others: ['/sse', '/%6dcp', '/mcp?x=/about'],
    more: (server) => besideTheEndpoint('mcp-use-1', server, ['/mcp/', '/mcp/x', '/sse/', '/inspector']),
  },
  {
    fixture: 'mcp-use-2',
    route: '/tasks/mcp',
    build: ['node_modules/mcp-use/dist/bin.js', 'build'],
    start: () => ['node_modules/mcp-use/dist/bin.js', 'start'],
    settings: production,
    written: ['.mcp-use', 'mcp-env.d.ts'],
    others: ['/tasks/%6dcp', '/tasks/mcp?x=/about'],
    isTold: false,
    more: (server) => besideTheEndpoint('mcp-use-2', server, ['/tasks/mcp/', '/tasks/mcp/inspector', '/mcp', '/sse']),
  },
]);

async function besideTheEndpoint(fixture, { origin, resource }, paths) {
  await check(`${fixture}: a route of the project needs no token`, async () => {
    assert.equal((await fetch(`${origin}/about`)).status, 200);
  });
  await check(`${fixture}: nothing else that is served calls a tool`, async () => {
    for (const path of paths) {
      const headers = { 'X-Target-URL': resource, 'X-MCP-Target': resource };
      const answer = await post(origin + path, undefined, call('delete-task', { id: '1' }), headers);
      assert.doesNotMatch(await answer.text(), /deleted/);
    }
  });
}
