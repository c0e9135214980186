import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { json, listen, page, preflight, redirect, type Answer, type Ask, type Listening } from './answers.ts';

/** Stands between the request and the usual answer. */
type Hook = (ask: Ask, usual: () => Promise<Answer>) => Answer | Promise<Answer>;
type Place = 'all' | 'mcp' | 'prm' | 'asMetadata' | 'jwks' | 'authorize' | 'token' | 'register';
type Document = Record<string, unknown>;

const SCOPES = ['read:tasks', 'write:tasks'];

/**
 * A protected MCP server and its authorization server, healthy after `reset()`, to be broken in one place at a time.
 * Written apart from the program, so that the doctor is not judged by the code it examines.
 */
export class Bench {
  /** What is between; by place. */
  hooks: Partial<Record<Place, Hook>> = {};
  prm: Document = {};
  metadata: Document = {};
  keys: { keys: JWK[] } = { keys: [] };
  /** Parameters of the challenge, in order. */
  challenge: Record<string, string> = {};
  scopes: string[] = [...SCOPES];
  /** What the verifier of the server expects. */
  expects: { issuer: string; audience: string | undefined } = { issuer: '', audience: '' };
  redirectUris = new Map<string, string[]>();
  /** Logs in whoever comes; else a page is shown. */
  isAutomatic = false;
  readonly #codes = new Map<string, string>();
  #rs!: Listening;
  #as!: Listening;
  readonly #key: { privateKey: CryptoKey; jwk: JWK };

  private constructor(key: { privateKey: CryptoKey; jwk: JWK }) {
    this.#key = key;
  }

  static async start(): Promise<Bench> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
    const bench = new Bench({ privateKey, jwk });
    bench.#rs = await listen((ask) => bench.#answer(ask, bench.#resource(ask)));
    bench.#as = await listen((ask) => bench.#answer(ask, bench.#authorization(ask)));
    // What is healthy names the ports.
    bench.reset();
    return bench;
  }

  get origin(): string {
    return this.#rs.origin;
  }
  get url(): string {
    return `${this.origin}/mcp`;
  }
  get issuer(): string {
    return this.#as.origin;
  }

  /** Healthy again. */
  reset(): void {
    const { issuer } = this;
    this.hooks = {};
    this.scopes = [...SCOPES];
    this.isAutomatic = false;
    this.prm = { resource: this.url, authorization_servers: [issuer], scopes_supported: SCOPES };
    this.metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      jwks_uri: `${issuer}/jwks`,
      scopes_supported: [...SCOPES, 'offline_access'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
    this.keys = { keys: [this.#key.jwk] };
    this.challenge = {
      resource_metadata: `${this.origin}/.well-known/oauth-protected-resource/mcp`,
      scope: 'read:tasks',
    };
    this.expects = { issuer, audience: this.url };
    this.redirectUris.clear();
  }

  /** A good access token; claims and header override the usual ones, `undefined` leaves a claim out. */
  async token(claims: JWTPayload = {}, header: Document = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = {
      iss: this.issuer,
      aud: this.url,
      sub: 'ada',
      client_id: 'c1',
      scope: 'read:tasks',
      iat: now,
      exp: now + 600,
    };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header })
      .sign(this.#key.privateKey);
  }

  get privateJwk(): Promise<JWK> {
    return exportJWK(this.#key.privateKey);
  }

  async close(): Promise<void> {
    await Promise.all([this.#rs.close(), this.#as.close()]);
  }

  async #answer(ask: Ask, [place, usual]: [Place, () => Answer | Promise<Answer>]): Promise<Answer> {
    const plain = async (): Promise<Answer> => usual();
    const inner = (): Promise<Answer> => Promise.resolve(this.hooks[place] ? this.hooks[place](ask, plain) : plain());
    return this.hooks.all ? this.hooks.all(ask, inner) : inner();
  }

  #resource(ask: Ask): [Place, () => Answer | Promise<Answer>] {
    const { pathname } = new URL(ask.path, this.origin);
    if (pathname.startsWith('/.well-known/oauth-protected-resource')) {
      const isKnown = ['', '/mcp'].includes(pathname.slice('/.well-known/oauth-protected-resource'.length));
      return ['prm', () => (isKnown ? json(this.prm) : notFound(ask))];
    }
    if (pathname === '/mcp') return ['mcp', () => this.#mcp(ask)];
    return ['all', () => notFound(ask)];
  }

  async #mcp(ask: Ask): Promise<Answer> {
    if (ask.method === 'OPTIONS') return preflight();
    const bearer = ask.headers['authorization']?.replace(/^Bearer /, '');
    if (bearer === undefined) return this.unauthorized();
    const claims = await this.#verify(bearer);
    if (!claims) return this.unauthorized('invalid_token');
    if (!String(claims['scope']).split(' ').includes('read:tasks')) return this.forbidden();
    if (ask.method !== 'POST') return json({}, 405);
    if (ask.headers['mcp-session-id'] !== undefined) return json({}, 404);
    const { id, method } = JSON.parse(ask.body) as { id: number; method: string };
    return json({ jsonrpc: '2.0', id, result: method === 'tools/list' ? { tools: [] } : { capabilities: {} } });
  }

  async #verify(token: string): Promise<JWTPayload | undefined> {
    const { issuer, audience } = this.expects;
    const options = { issuer, ...(audience !== undefined && { audience }), requiredClaims: ['exp'] };
    const key = this.#key.jwk;
    return jwtVerify(token, { ...key } as JWK, options).then(
      ({ payload }) => payload,
      () => undefined,
    );
  }

  unauthorized(error?: string): Answer {
    const all = { ...(error && { error }), ...this.challenge };
    const parameters = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
    const headers = { 'www-authenticate': `Bearer ${parameters.join(', ')}`, ...EXPOSE };
    return json({ error: 'unauthorized' }, 401, headers);
  }

  forbidden(): Answer {
    const challenge = `Bearer error="insufficient_scope", scope="read:tasks", resource_metadata="${this.challenge['resource_metadata']}"`;
    return json({ error: 'forbidden' }, 403, { 'www-authenticate': challenge, ...EXPOSE });
  }

  #authorization(ask: Ask): [Place, () => Answer | Promise<Answer>] {
    const { pathname, searchParams } = new URL(ask.path, this.issuer);
    const open = ask.method === 'OPTIONS' ? preflight : undefined;
    switch (pathname) {
      case '/.well-known/oauth-authorization-server':
        return ['asMetadata', () => json(this.metadata)];
      case '/jwks':
        return ['jwks', () => json(this.keys)];
      case '/token':
        return ['token', open ?? (() => this.#exchange(new URLSearchParams(ask.body)))];
      case '/register':
        return ['register', open ?? (() => this.#register(ask))];
      case '/authorize':
        return ['authorize', () => this.authorize(searchParams)];
      default:
        return ['all', () => notFound(ask)];
    }
  }

  async #exchange(asked: URLSearchParams): Promise<Answer> {
    const audience = this.#codes.get(asked.get('code') ?? '');
    if (audience === undefined) return json({ error: 'invalid_client' }, 401);
    const token = await this.token({ aud: audience });
    return json({ access_token: token, token_type: 'bearer', expires_in: 600, refresh_token: 'r3fresh' });
  }

  #register(ask: Ask): Answer {
    const client = JSON.parse(ask.body) as { redirect_uris: string[] };
    const id = `c${this.redirectUris.size + 1}`;
    this.redirectUris.set(id, client.redirect_uris);
    const secret = String((client as Document)['token_endpoint_auth_method']).startsWith('client_secret');
    return json({ ...client, client_id: id, ...(secret && { client_secret: 's3cret' }) }, 201);
  }

  authorize(asked: URLSearchParams): Answer {
    const redirectUri = asked.get('redirect_uri') ?? '';
    const allowed = this.redirectUris.get(asked.get('client_id') ?? '');
    if (!allowed) return json({ error: 'invalid_client' }, 400);
    if (!allowed.some((uri) => isSameLoopback(uri, redirectUri))) return json({ error: 'invalid_redirect_uri' }, 400);
    const back = (error: string): Answer =>
      redirect(`${redirectUri}?${new URLSearchParams({ error, state: asked.get('state') ?? '', iss: this.issuer })}`);
    const scopes = (asked.get('scope') ?? '').split(' ').filter(Boolean);
    if (scopes.some((name) => ![...this.scopes, 'offline_access'].includes(name))) return back('invalid_scope');
    if (asked.get('prompt') === 'none') return back('login_required');
    if (this.isAutomatic) {
      const code = `code-${this.#codes.size}`;
      this.#codes.set(code, asked.get('resource') ?? '');
      const parameters = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: this.issuer });
      return redirect(`${redirectUri}?${parameters}`);
    }
    return page('<form method="post"><button>Allow</button></form>');
  }
}

const EXPOSE = { 'access-control-expose-headers': 'WWW-Authenticate, Mcp-Session-Id' };
export const notFound = ({ method, path }: Ask): Answer => page(`<pre>Cannot ${method} ${path}</pre>`, 404);

function isSameLoopback(a: string, b: string): boolean {
  if (!URL.canParse(a) || !URL.canParse(b)) return a === b;
  const [first, second] = [new URL(a), new URL(b)];
  return first.hostname === second.hostname && first.pathname === second.pathname;
}
