/**
 * `--provider custom` beside a real Better Auth: recognised, its list of things to switch on, and the official client's
 * login against a server that knows no more than add-auth has written.
 */
import assert from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { signUp, withBetterAuth } from './better-auth/server.mjs';
import { Application, callTool } from './doctor/official-client.mjs';
import { addAuth, discard, freePort, projectOf, start, typescript } from './doctor/support.mjs';

const port = await freePort();
const resource = `http://127.0.0.1:${port}/mcp`;
const project = projectOf('express5-sessions');
let server;
try {
  await withBetterAuth(resource, async ({ origin, issuer }) => {
    const args = ['--provider', 'custom', '--issuer', issuer, '--resource', resource, '--no-install', '--no-verify'];
    const first = await addAuth([project, ...args, '--yes']);
    assert.equal(first.exit, 3, JSON.stringify(first.document.error));
    const [{ what, snippet }] = first.document.manual;
    assert.match(what, /Better Auth/);
    assert.ok(snippet.includes(`resources: ['${resource}']`));
    assert.ok(!snippet.includes('allowDynamicClientRegistration'), 'it registers clients, as its metadata say');
    console.log('ok   it is recognised, and what its metadata do not show is left for a person');

    const again = await addAuth([project, '--yes', '--no-install', '--no-verify']);
    assert.deepEqual([again.exit, again.document.changes.files], [0, []]);
    console.log('ok   a second run has nothing to do and nothing to say');

    server = await start(typescript('src/server.ts'), { cwd: project, env: { PORT: String(port) }, url: resource });
    const { agree } = await signUp(origin);
    const ada = new Application(agree);
    assert.ok(!(await callTool(resource, 'search-tasks', { query: '' }, ada)).isError);
    const { access_token: token } = ada.kept.tokens;
    assert.equal(decodeProtectedHeader(token).typ, 'at+jwt');
    assert.ok([decodeJwt(token).aud].flat().includes(resource));
    console.log('ok   the official client registers, logs in and calls a tool');

    const { id_token: idToken = `${token.slice(0, -3)}AAA` } = ada.kept.tokens;
    for (const bad of [idToken, 'opaque']) {
      const answer = await fetch(resource, { method: 'POST', headers: { Authorization: `Bearer ${bad}` } });
      assert.equal(answer.status, 401);
    }
    console.log('ok   what is no access token for this server is refused');
  });
} finally {
  await server?.stop();
  discard(project);
}
