/**
 * Skybridge for real, the oldest version and the newest; `skybridge-1` on the command line is the one between them, which
 * adds middleware as version 2 does.
 */
import assert from 'node:assert/strict';
import { check, tell } from './installed/story.mjs';

await tell(
  (process.argv.length > 2 ? process.argv.slice(2) : ['skybridge-0', 'skybridge-2']).map((fixture) => ({
    fixture,
    route: '/mcp',
    start: () => ['node_modules/tsx/dist/cli.mjs', 'src/server.ts'],
    settings: (port) => ({ NODE_ENV: 'production', __PORT: port }),
    others: ['/MCP', '/mcp/', '/mcp/x', '/mcp?x=/about'],
    more: (server) => besideTheGate(fixture, server),
  })),
);

async function besideTheGate(fixture, { origin, resource }) {
  await check(`${fixture}: a route of the project needs no token`, async () => {
    assert.equal((await fetch(`${origin}/about`)).status, 200);
  });
  await check(`${fixture}: a body that its parser refuses is a mistake of the client`, async () => {
    const headers = { 'Content-Type': 'application/json' };
    for (const body of ['{', 'null', '"text"']) {
      assert.equal((await fetch(resource, { method: 'POST', headers, body })).status, 400);
    }
  });
}
