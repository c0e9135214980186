/** Each kind of host that add-auth rewrites, beside the embedded authorization server. */
import path from 'node:path';
import {
  addAuth,
  discard,
  freePort,
  isHealthy,
  projectOf,
  protect,
  run,
  start,
  startAddAuth,
  workshop,
} from './support.mjs';

const HOSTS = [
  { fixture: 'express5-sessions', file: 'src/server.ts', route: '/mcp' },
  { fixture: 'node-http-ts', file: 'src/server.ts', route: '/mcp' },
  { fixture: 'fastify-ts', file: 'src/server.ts', route: '/mcp' },
  { fixture: 'hono-sessions', file: 'src/index.ts', route: '/mcp' },
  { fixture: 'fetch-default', file: 'src/start.ts', route: '/mcp' },
];

export async function hosts() {
  for (const { fixture, file, route } of HOSTS) {
    const project = projectOf(fixture);
    const tsx = path.join(project, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    await examine(project, fixture, route, [tsx, file]).finally(() => discard(project));
  }
}

/** Next.js brings its own packages and has to be built. */
export async function next() {
  const project = workshop('next', 'test/fixtures/next-ts/before');
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: project });
    const bin = path.join(project, 'node_modules', 'next', 'dist', 'bin', 'next');
    const build = () => run(process.execPath, [bin, 'build'], { cwd: project });
    await examine(project, 'next-ts', '/api/mcp', [bin, 'start', '-H', '127.0.0.1'], build);
  } finally {
    discard(project);
  }
}

async function examine(project, title, route, command, prepare = () => undefined) {
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}${route}`;
  const issuer = `http://127.0.0.1:${await freePort()}`;
  await protect(project, ['--provider', 'local', '--issuer', issuer, '--resource', resource]);
  await prepare();
  const env = { PORT: String(port) };
  const dev = await startAddAuth(['dev', project], {
    cwd: project,
    url: `${issuer}/.well-known/oauth-authorization-server`,
  });
  const server = await start(command, { cwd: project, env, url: resource }).catch(async (error) => {
    await dev.stop();
    throw error;
  });
  try {
    const { document } = await addAuth(['token', project]);
    await isHealthy(`${title}, by its URL`, [resource]);
    await isHealthy(`${title}, with a token`, [resource], { token: document.accessToken });
    await isHealthy(`${title}, with registrations`, [resource, '--register'], { sees: ['reg.dcr'] });
    await isHealthy(`${title}, by its directory`, [project], { sees: ['env.load'] });
  } finally {
    await server.stop();
    await dev.stop();
  }
}
