import { once } from 'node:events';
import http from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An authorization server as far as a resource server sees it: metadata, keys, tokens. It can be down. */
export class Issuer {
  #server;
  #port = 0;

  static async create() {
    const issuer = new Issuer();
    issuer.keys = await generateKeyPair('RS256');
    issuer.foreign = await generateKeyPair('RS256');
    issuer.#port = await freePort();
    issuer.url = `http://127.0.0.1:${issuer.#port}`;
    return issuer;
  }

  async start() {
    const jwk = { ...(await exportJWK(this.keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
    this.#server = http.createServer((req, res) => {
      const body = req.url === '/jwks' ? { keys: [jwk] } : { issuer: this.url, jwks_uri: `${this.url}/jwks` };
      res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
  }

  async stop() {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve()));
  }

  /** A token that is good for this resource, but for what `change` says. */
  token(resource, { claims = {}, header = {}, key = this.keys.privateKey } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: resource, sub: 'ann', client_id: 'c', scope: 'read:tasks', exp: now + 600 };
    const payload = Object.fromEntries(Object.entries({ ...all, ...claims }).filter(([, value]) => value !== null));
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k', ...header }).sign(key);
  }
}

export async function freePort() {
  const server = http.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
