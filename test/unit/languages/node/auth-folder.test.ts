import { expect, it } from 'vitest';
import { newAuthFolder } from '../../../../src/languages/node/auth-folder.ts';

it.each([
  ['src/server.ts', 'src/auth'],
  ['server.ts', 'auth'],
  ['app/api/mcp/route.ts', 'app/api/mcp/auth'],
  // Each file in these folders is a route.
  ['pages/api/mcp.ts', 'auth'],
  ['src/pages/api/v1/mcp.ts', 'src/auth'],
  ['api/mcp.ts', 'auth'],
])('%s -> %s', (entry, folder) => {
  expect(newAuthFolder(entry, () => false)).toBe(folder);
});

it('stays out of a folder of the project', () => {
  expect(newAuthFolder('src/server.ts', (path) => path === 'src/auth')).toBe('src/mcp-auth');
});
