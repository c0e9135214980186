/** A server that add-auth has protected, in front of an authorization server that it did not make. */
import { discard, freePort, isHealthy, projectOf, protect, start, typescript } from './support.mjs';

/**
 * @param name of the authorization server, for the titles
 * @param issuerFor (resource) -> { issuer, token(): Promise<string>, isOpen }; `isOpen`: whoever comes may register
 * @param port of the server, where that has to be known before
 */
export async function beside(name, issuerFor, port) {
  port ??= await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const { issuer, token, isOpen } = await issuerFor(resource);
  const project = projectOf('express5-sessions');
  let server;
  try {
    await protect(project, ['--provider', 'custom', '--issuer', issuer, '--resource', resource, '--no-provision']);
    server = await start(typescript('src/server.ts'), { cwd: project, env: { PORT: String(port) }, url: resource });
    await isHealthy(`${name}, by its URL`, [resource], { sees: ['as.issuer', 'jwks.keys'] });
    await isHealthy(`${name}, with a token`, [resource], { token: await token() });
    if (isOpen) await isHealthy(`${name}, with registrations`, [resource, '--register'], { sees: ['reg.dcr'] });
    await isHealthy(`${name}, by its directory`, [project], { sees: ['env.load'] });
  } finally {
    await server?.stop();
    discard(project);
  }
}
