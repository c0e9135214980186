import { describe, expect, it } from 'vitest';
import { endpointOf } from '../../../src/servers/endpoint.ts';

describe('the endpoint that clients type', () => {
  it.each([
    [['/mcp', '/sse'], '/mcp'],
    [[], '/mcp'],
    [['/'], '/'],
  ])('of %j is %s', (paths, path) => {
    expect(endpointOf(paths)).toEqual({ path, notes: [] });
  });

  it.each([
    [['/*splat'], '/mcp'],
    [['*'], '/mcp'],
    [['/api/mcp/*'], '/api/mcp'],
    [['/mcp{/:rest}'], '/mcp'],
    [['/api/v:version'], '/api'],
    [['/:tenant/mcp'], '/mcp'],
    [['/*', '/messages'], '/messages'],
  ])('is never a pattern: of %j it is %s, and that is said', (paths, path) => {
    expect(endpointOf(paths)).toEqual({ path, notes: [expect.stringContaining(paths[0] ?? '')] });
  });
});
