import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWKS } from 'oidc-provider';
import type { PrivateFiles } from './private-files.ts';

/** The secrets of one project's development server. They stay the same between runs, so that logins do too. */
export interface LocalKeys {
  /** One RSA key; RS256 is what every client and verifier can do. */
  jwks: JWKS;
  cookieKeys: string[];
  /** Secret of the built-in client that `add-auth token` uses. */
  tokenClientSecret: string;
}

export const TOKEN_CLIENT_ID = 'add-auth-token';
const FILE = 'keys.json';

/** The keys of earlier runs; `undefined` when there are none. */
export function readKeys(files: PrivateFiles): LocalKeys | undefined {
  const kept = files.read(FILE) as Partial<LocalKeys> | undefined;
  const complete = kept?.jwks?.keys?.length && kept.cookieKeys?.length && kept.tokenClientSecret;
  return complete ? (kept as LocalKeys) : undefined;
}

/** The keys of earlier runs, or new ones that are kept for the next. */
export function ensureKeys(files: PrivateFiles): LocalKeys {
  const kept = readKeys(files);
  if (kept) return kept;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys: LocalKeys = {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: random(8), alg: 'RS256', use: 'sig' }] } as JWKS,
    cookieKeys: [random(32)],
    tokenClientSecret: random(32),
  };
  files.write(FILE, keys);
  return keys;
}

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
