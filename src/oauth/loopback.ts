/**
 * Is this host the machine itself? Only there may OAuth be spoken over plain http (OAuth 2.1 §1.5, RFC 8252 §7.3).
 * @param hostname as `URL.hostname` gives it: lower case, IPv6 in brackets
 */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  const octets = hostname.split('.');
  return octets.length === 4 && octets[0] === '127' && octets.every((octet) => /^\d{1,3}$/.test(octet));
}
