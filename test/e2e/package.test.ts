import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../support/built.ts';

const dist = path.join(ROOT, 'dist');
const read = (name: string): string => readFileSync(path.join(dist, name), 'utf8');

/** `cli.js` and every chunk it imports at once, without those it loads when needed. */
function eagerChunks(entry = 'cli.js', seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const [, name] of read(entry).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+)["']/g)) eagerChunks(name, seen);
  return seen;
}

it('what every start loads is small', () => {
  const chunks = [...eagerChunks()];
  const size = chunks.reduce((sum, name) => sum + statSync(path.join(dist, name)).size, 0);
  expect(size).toBeLessThan(70_000);
});

it.each([
  ['ts-morph', 'createSourceFile'],
  ['@clack/prompts', 'S_RADIO_ACTIVE|○'],
  ['execa', 'preferLocal'],
  ['oidc-provider', 'authorization_endpoint'],
  ['@aws-sdk/credential-provider-node', 'AWS_SHARED_CREDENTIALS_FILE'],
])('and holds no %s', (_, marker) => {
  const all = readdirSync(dist).filter((name) => name.endsWith('.js'));
  const eager = eagerChunks();
  // The marker is in the bundle, so that this test fails when it goes stale.
  expect(all.some((name) => !eager.has(name) && new RegExp(marker).test(read(name)))).toBe(true);
  expect([...eager].filter((name) => new RegExp(marker).test(read(name)))).toEqual([]);
});

it('the package has no runtime dependencies', () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest['dependencies']).toBeUndefined();
  expect(manifest['peerDependencies']).toBeUndefined();
});
