/** mcp-framework for real, on both its transports: each has an HTTP server of its own. */
import assert from 'node:assert/strict';
import { check, isClosed, tell } from './installed/story.mjs';
import { call, open, post } from './installed/wire.mjs';

const fixture = 'mcp-framework-ts';

await tell([
  {
    fixture,
    route: '/mcp',
    build: ['node_modules/typescript/bin/tsc'],
    start: () => ['dist/index.js'],
    written: ['dist'],
    others: ['/nothing'],
    more: besideTheEndpoint,
  },
]);

async function besideTheEndpoint({ origin, resource, issuer, port }) {
  const older = `http://127.0.0.1:${port + 1}`;
  await isClosed(fixture, `${older}/sse`);
  await isClosed(fixture, `${older}/messages`);
  await check(`${fixture}: health checks need no token`, async () => {
    for (const each of [origin, older]) assert.equal((await fetch(`${each}/health`)).status, 200);
  });
  await check(`${fixture}: users who ask with the same id at the same time read their own answers`, async () => {
    const users = ['ada', 'grace', 'joan'];
    const sessions = await Promise.all(
      users.map(async (user) => {
        const token = await issuer.token(resource, 'read:tasks use:whoami', user);
        return { user, token, headers: await open(resource, token) };
      }),
    );
    const asked = sessions.map(async ({ user, token, headers }) => {
      const answer = await post(resource, token, call('whoami'), headers);
      const text = await answer.text();
      assert.deepEqual(
        users.filter((each) => text.includes(each)),
        [user],
      );
    });
    await Promise.all(asked);
  });
}
