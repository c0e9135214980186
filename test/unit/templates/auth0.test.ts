import { afterAll, expect, it, vi } from 'vitest';

vi.mock('../../../templates/config.ts', () => import('../../../templates/config.auth0.ts'));

const { createVerifier } = await import('../../../templates/verifier.ts');
const { startTestIssuer } = await import('../../support/issuer.ts');

const AUDIENCE = 'https://mcp.example/mcp';
const issuer = await startTestIssuer();
const verify = createVerifier({ issuer: issuer.issuer, audience: AUDIENCE, resource: AUDIENCE });
afterAll(() => issuer.close());

/** With "Add Permissions in the Access Token", Auth0 lists all that the user may do, whatever the client was granted. */
const permissions = ['read:tasks', 'delete:tasks'];

it.each([
  ['read:tasks', ['read:tasks']],
  ['', []],
  [undefined, []],
])('a client of an Auth0 user who may do more is held to what it was granted: %j', async (scope, granted) => {
  const token = await issuer.token(AUDIENCE, [], { scope, permissions });
  expect((await verify(token)).scopes).toEqual(granted);
});
