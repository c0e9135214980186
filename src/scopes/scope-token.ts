/**
 * Makes a scope-token: printable ASCII without space, quote and backslash (RFC 6749 §3.3). Spaces become hyphens, what
 * else is not allowed is percent-encoded, so that different names stay different.
 */
export function scopeToken(text: string): string {
  return [...text]
    .map((character) => (isScopeToken(character) ? character : /\s/.test(character) ? '-' : encode(character)))
    .join('');
}

/** Can this text be a scope? RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(text);
}

function encode(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
