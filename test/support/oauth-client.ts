import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import { submitLocalLogin, type LocalLoginOptions } from './oauth-login.mjs';

type Json = Record<string, unknown>;
const REDIRECT = 'http://127.0.0.1:33418/callback';

/** A client made of bare requests: it can also do what no decent client would. */
export class BareClient {
  readonly verifier = randomBytes(32).toString('base64url');

  constructor(
    readonly issuer: string,
    readonly clientId: string,
    readonly redirectUri = REDIRECT,
  ) {}

  static async register(issuer: string, metadata: Json = {}): Promise<BareClient> {
    const { status, body } = await register(issuer, metadata);
    if (status !== 201) throw new Error(`registration answered ${status}: ${JSON.stringify(body)}`);
    return new BareClient(issuer, String(body['client_id']), (body['redirect_uris'] as string[])[0]);
  }

  /** The authorization request; `undefined` leaves a parameter out. */
  url(change: Record<string, string | undefined> = {}): string {
    const url = new URL(`${this.issuer}/authorize`);
    const parameters: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state: 'xyz',
      ...change,
    };
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
    return url.href;
  }

  /** What the browser brings back to the client. */
  async authorize(change: Record<string, string | undefined> = {}, login: LocalLoginOptions = {}): Promise<Json> {
    const { searchParams, hash } = new URL(await submitLocalLogin(this.url(change), login));
    return Object.fromEntries([...searchParams, ...new URLSearchParams(hash.slice(1))]);
  }

  async token(parameters: Record<string, string>, secret?: string): Promise<{ status: number; body: Json }> {
    const basic = Buffer.from(`${this.clientId}:${secret}`).toString('base64');
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: secret === undefined ? {} : { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ client_id: this.clientId, ...parameters }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  }

  refresh(refreshToken: unknown): Promise<{ status: number; body: Json }> {
    return this.token({ grant_type: 'refresh_token', refresh_token: String(refreshToken) });
  }

  /** The whole way to the tokens. */
  async login(
    change: Record<string, string | undefined> = {},
    login: LocalLoginOptions = {},
    secret?: string,
  ): Promise<Json> {
    const { code } = await this.authorize(change, login);
    const parameters = {
      grant_type: 'authorization_code',
      code: String(code),
      redirect_uri: change['redirect_uri'] ?? this.redirectUri,
      code_verifier: this.verifier,
    };
    const { status, body } = await this.token(parameters, secret);
    if (status !== 200) throw new Error(`token endpoint answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }
}

export async function register(issuer: string, metadata: Json = {}): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Test client',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

export function read(token: unknown): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  return { header: decodeProtectedHeader(String(token)), claims: decodeJwt(String(token)) };
}
