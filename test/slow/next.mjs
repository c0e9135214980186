/**
 * Next.js for real: the fixture is installed, protected by the built program, built and started by Next.js itself, and
 * asked the questions that a client asks. Two majors, because what a route file may export differs between them.
 */
import { tell } from './installed/story.mjs';

/** Name, path, and what the same file answers beside it. Names on the command line leave out the others. */
const FIXTURES = [
  ['next-ts', '/api/mcp'],
  ['next-js', '/mcp'],
  ['next-mcp-handler', '/api/mcp', '/api/sse', '/api/message'],
  ['next-mcp-handler-2', '/mcp'],
  ['next-json-rpc', '/api/mcp'],
  ['next-pages', '/api/mcp', '/api/raw'],
];
const next = 'node_modules/next/dist/bin/next';

await tell(
  FIXTURES.filter(([fixture]) => process.argv.length === 2 || process.argv.includes(fixture)).map(
    ([fixture, route, ...others]) => ({
      fixture,
      route,
      others,
      build: [next, 'build'],
      start: (port) => [next, 'start', '-p', port, '-H', '127.0.0.1'],
      // Next.js itself writes settings into `tsconfig.json` when it builds.
      written: ['.next', 'next-env.d.ts', 'tsconfig.json', 'tsconfig.tsbuildinfo'],
    }),
  ),
);
