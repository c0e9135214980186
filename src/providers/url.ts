import { CliError } from '../errors.ts';
import { isLoopback } from '../oauth/loopback.ts';
import { issuerOfMetadataUrl } from '../oauth/well-known.ts';

/**
 * Checks the public URL of the MCP endpoint. It becomes `resource` of the metadata and is compared byte for byte by
 * clients (RFC 9728 §3.3), so what a client's URL parser would change is refused here, with the value to use instead.
 * @param endpoint path of the endpoint, for the suggestion where a host came without a path
 * @returns the text, unchanged
 * @throws CliError `invalid-url`
 */
export function checkResource(text: string, endpoint = ''): string {
  const option = '--resource';
  const url = checkCommon(text, { option, endpoint });
  const normal = withoutEndSlash(url.href);
  if (text.endsWith('/')) throw refuse(option, text, 'ends in a slash, and clients would look for another URL', normal);
  if (text !== normal) throw refuse(option, text, 'is not spelled the way clients normalise it', normal);
  return text;
}

/**
 * Checks the issuer URL of an authorization server (RFC 8414 §2: no query, no fragment). A slash at its end is part of
 * the name (Auth0's issuers have one), so it stays.
 * @returns the text, unchanged
 * @throws CliError `invalid-url`
 */
export function checkIssuer(text: string, option = '--issuer'): string {
  const url = checkCommon(text, { option, endpoint: '' });
  const issuer = issuerOfMetadataUrl(url);
  if (issuer !== undefined) {
    throw refuse(option, text, 'is the address of the metadata document, not the issuer itself', issuer);
  }
  return text;
}

/**
 * Checks the base URL of an API that gets credentials: https, or this machine, and no more than a path behind the host.
 * @param name the variable that has it
 * @returns the URL without a slash at its end
 * @throws CliError `invalid-url`
 */
export function checkApiUrl(name: string, text: string, fix: string): string {
  const url = parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url && isSafe && !url.username && !url.password && !url.search && !url.hash)
    return withoutEndSlash(url.origin + url.pathname);
  throw new CliError('invalid-url', `${name} is not an https URL.`, fix);
}

/**
 * The host, with a port where it has one, of what people type for a domain.
 * @returns `undefined` for what is no host: a name alone (`acme`), or no name at all
 */
export function hostTyped(text: string): string | undefined {
  const trimmed = text.trim();
  const host = parse(trimmed.includes('://') ? trimmed : `https://${trimmed}`)?.host ?? '';
  return /^([a-z\d-]+\.[a-z\d.-]+(:\d+)?|[a-z\d-]+:\d+)$/.test(host) ? host : undefined;
}

/** What resource and issuer have in common. */
function checkCommon(text: string, { option, endpoint }: { option: string; endpoint: string }): URL {
  const trimmed = text.trim();
  if (trimmed === '')
    throw new CliError('invalid-url', `${option} is empty.`, `Give a URL: ${option} ${example(option)}`);
  const url = parse(trimmed.includes('://') ? trimmed : `${schemeFor(trimmed)}://${trimmed}`);
  if (!url || url.hostname === '' || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CliError(
      'invalid-url',
      `${option} ${show(text)} is not an http or https URL.`,
      `Give a URL with scheme and host: ${option} ${example(option)}`,
    );
  }
  const typed = corrected(url, option);
  const better = url.pathname === '/' && endpoint !== '/' ? `${withoutEndSlash(typed)}${endpoint}` : typed;
  if (!trimmed.includes('://')) throw refuse(option, text, 'has no scheme', better);
  if (/\s/.test(text)) throw refuse(option, text, 'contains white space', better);
  if (url.username || url.password) throw refuse(option, text, 'contains credentials', better, false);
  if (text.includes('?')) throw refuse(option, text, 'has a query', better);
  if (text.includes('#')) throw refuse(option, text, 'has a fragment', better);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') {
    throw refuse(option, text, 'names every address, which nobody can connect to', better);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse(option, text, 'is plain http on a public host, where tokens could be read on the way', better);
  }
  return url;
}

/** The value that would have been accepted, with all corrections at once. */
function corrected(from: URL, option: string): string {
  const url = new URL(from);
  url.username = url.password = url.search = url.hash = '';
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = 'localhost';
  const local = isLoopback(url.hostname);
  const href = url.protocol === 'http:' && !local ? `https:${url.href.slice('http:'.length)}` : url.href;
  const typedSlash = from.pathname !== '/' && from.pathname.endsWith('/');
  return option === '--issuer' && typedSlash ? href : withoutEndSlash(href);
}

function refuse(option: string, text: string, why: string, better: string, showText = true): CliError {
  const subject = showText ? `${option} ${show(text)}` : option;
  return new CliError('invalid-url', `${subject} ${why}.`, `Use ${option} ${better}`);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** `localhost:3000/mcp` is meant as http, `mcp.example.com/mcp` as https. */
function schemeFor(text: string): 'http' | 'https' {
  const url = parse(`http://${text}`);
  return url && isLoopback(url.hostname) ? 'http' : 'https';
}

const withoutEndSlash = (text: string): string => (text.endsWith('/') ? withoutEndSlash(text.slice(0, -1)) : text);
const show = (text: string): string => JSON.stringify(text);
const example = (option: string): string =>
  option === '--issuer' ? 'https://login.example.com' : 'https://mcp.example.com/mcp';
