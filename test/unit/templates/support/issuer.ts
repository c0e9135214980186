import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface SigningKey {
  kid: string;
  alg: string;
  jwk: JWK;
  privateKey: CryptoKey;
}

export async function newKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Making an RSA key takes a while: issuers of one test file share theirs. */
const defaultKeys = Promise.all([newKey('rsa'), newKey('ec', 'ES256')]);

/** What the fake authorization server answers to one path: a JSON value, or status and text. */
type Answer = { json: unknown } | { status: number; text?: string; headers?: Record<string, string> } | 'hang';

/** An authorization server on loopback that publishes metadata and keys, and can be made to fail. */
export class Issuer {
  readonly keys: SigningKey[] = [];
  /** Every path that was asked for. */
  readonly hits: string[] = [];
  /** Answers by path, in place of the good ones. */
  readonly answers = new Map<string, Answer>();
  url = '';
  #server: Server | undefined;

  async start(path = ''): Promise<this> {
    this.keys.push(...(await defaultKeys));
    this.#server = createServer((req, res) => {
      const asked = req.url ?? '';
      this.hits.push(asked);
      const answer = this.answers.get(asked) ?? this.#goodAnswer(asked);
      if (answer === 'hang') return;
      if ('json' in answer) {
        res.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer.json));
      } else {
        res.writeHead(answer.status, answer.headers).end(answer.text ?? '');
      }
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  get key(): SigningKey {
    return this.keys[0]!;
  }

  jwksHits(): number {
    return this.hits.filter((path) => path.endsWith('/jwks')).length;
  }

  metadata(over: Record<string, unknown> = {}): Record<string, unknown> {
    return { issuer: this.url, jwks_uri: `${this.url.replace(/\/$/, '')}/jwks`, ...over };
  }

  #goodAnswer(path: string): Answer {
    const own = new URL(this.url).pathname.replace(/\/$/, '');
    if (path === `/.well-known/oauth-authorization-server${own}`) return { json: this.metadata() };
    if (path === `${own}/jwks`) return { json: { keys: this.keys.map(({ jwk }) => jwk) } };
    return { status: 404 };
  }
}

export const now = (): number => Math.floor(Date.now() / 1000);

export interface TokenOptions {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: SigningKey;
}

/** An access token of this issuer; `undefined` takes a claim or header out. */
export async function mint(issuer: Issuer, audience: string, options: TokenOptions = {}): Promise<string> {
  const key = options.key ?? issuer.key;
  const claims = {
    iss: issuer.url,
    aud: audience,
    sub: 'alice',
    client_id: 'client-1',
    scope: 'read:tasks',
    iat: now(),
    exp: now() + 600,
    ...options.claims,
  };
  const header = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...options.header };
  return new SignJWT(defined(claims) as JWTPayload)
    .setProtectedHeader(defined(header) as never)
    .sign(key.privateKey, { crit: { x: true } });
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
