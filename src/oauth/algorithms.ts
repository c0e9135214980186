/** Signatures that servers verify: asymmetric ones only (RFC 8725 §3.1 and §3.2, RFC 9068 §4). */
export const ASYMMETRIC: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
