const NAMES = ['oauth-authorization-server', 'openid-configuration'];

/**
 * The URLs where clients look for an issuer's metadata, in their order: RFC 8414 §3.1 (well-known inserted before the
 * path), then OpenID Connect Discovery §4 (inserted, then appended).
 */
export function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const urls = NAMES.map((name) => `${origin}/.well-known/${name}${path}`);
  if (path !== '') urls.push(`${origin}${path}/.well-known/openid-configuration`);
  return urls;
}

/**
 * The way back: the issuer that a metadata URL belongs to.
 * @returns undefined when the URL is none of a metadata document
 */
export function issuerOfMetadataUrl(url: URL): string | undefined {
  for (const name of NAMES) {
    const segment = `/.well-known/${name}`;
    if (url.pathname.endsWith(segment)) return url.origin + url.pathname.slice(0, -segment.length);
    if (url.pathname.startsWith(`${segment}/`)) return url.origin + url.pathname.slice(segment.length);
  }
  return undefined;
}
