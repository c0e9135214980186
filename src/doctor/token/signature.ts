import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { SignatureEvidence } from './decode.ts';

/** Verifies the signature, and only that, against published keys. Never throws. */
export async function verifySignature(token: string, jwks: unknown): Promise<SignatureEvidence> {
  try {
    await compactVerify(token, createLocalJWKSet(jwks as JSONWebKeySet));
    return { outcome: 'right', detail: 'the signature is right' };
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return { outcome: 'wrong', detail: error.message };
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
      return { outcome: 'no-key', detail: error.message };
    }
    return { outcome: 'unsupported', detail: (error as Error).message };
  }
}
