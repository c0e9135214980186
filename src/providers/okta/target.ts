import { CliError } from '../../errors.ts';
import { isLoopback } from '../../oauth/loopback.ts';
import type { ProviderTarget } from '../types.ts';
import { checkIssuer, hostTyped } from '../url.ts';

export interface Org {
  /** `acme.okta.com`, with a port where it has one. */
  domain: string;
  /** Where its APIs are, without a slash at the end. */
  base: string;
  /** The authorization server that is meant, where one was named. */
  issuer?: string;
}

const SERVERS = '/oauth2/';

/**
 * The org of `--domain ORG.okta.com`, or of `--issuer https://ORG.okta.com/oauth2/SERVER`, which also names the server.
 * @throws CliError `missing-answer`, `invalid-option`, `invalid-url`, `issuer-unusable`
 */
export function checkTarget({ domain, issuer }: ProviderTarget): Org {
  if (issuer === undefined) {
    if (domain !== undefined) return { domain: checkDomain(domain), base: `https://${domain}` };
    throw new CliError(
      'missing-answer',
      'Provider okta needs the domain of the org.',
      'Add --domain ORG.okta.com, or --issuer https://ORG.okta.com/oauth2/SERVER for a certain authorization server.',
    );
  }
  const { host, origin, hostname } = new URL(checkIssuer(issuer));
  if (serverIn(issuer) === undefined) throw isOrgServer(issuer, origin);
  if (domain !== undefined && domain !== host)
    return { domain: checkDomain(domain), base: `https://${domain}`, issuer };
  return { domain: isLoopback(hostname) ? host : checkDomain(host), base: origin, issuer };
}

/** What stands for the authorization server in its issuer: `default`, `aus9o8wvkhockw9TL0h7`. */
export function serverIn(issuer: string): string | undefined {
  const { pathname } = new URL(issuer);
  const id = pathname.startsWith(SERVERS) ? pathname.slice(SERVERS.length) : '';
  return id === '' || id.includes('/') || id === 'v1' ? undefined : id;
}

/** Its access tokens are for Okta's own API: opaque to others, with an audience that nobody can set. */
function isOrgServer(issuer: string, origin: string): CliError {
  return new CliError(
    'issuer-unusable',
    `${issuer} is the org authorization server of Okta, or none: its tokens are for Okta alone, and no other server may verify them.`,
    `Use a custom authorization server, --issuer ${origin}${SERVERS}default, or let one be made: --domain ${new URL(origin).host}`,
  );
}

/** @returns the text, unchanged @throws CliError `invalid-option` */
function checkDomain(text: string): string {
  const host = hostTyped(text);
  if (host === undefined) {
    throw new CliError(
      'invalid-option',
      `--domain ${JSON.stringify(text)} is not the domain of an Okta org.`,
      'Use --domain ORG.okta.com, as the menu at the top right of the admin console shows it.',
    );
  }
  const better = withoutConsole(host);
  if (text === better) return text;
  throw new CliError(
    'invalid-option',
    `--domain ${JSON.stringify(text)} must be the bare domain of the org in lower case, without -admin.`,
    `Use --domain ${better}`,
  );
}

/** The admin console has a host of its own, which serves no API. */
function withoutConsole(host: string): string {
  const [first = '', ...rest] = host.split('.');
  const isConsole = first.endsWith('-admin') && ['okta', 'oktapreview', 'okta-emea'].includes(rest[0] ?? '');
  return isConsole ? [first.slice(0, -'-admin'.length), ...rest].join('.') : host;
}
