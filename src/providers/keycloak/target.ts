import { CliError } from '../../errors.ts';
import type { ProviderTarget } from '../types.ts';
import { checkIssuer } from '../url.ts';

export interface Realm {
  /** `https://login.example.com/realms/acme`, without a slash at the end. */
  issuer: string;
  /** What stands before `/realms/`; older installations have `/auth` there. */
  base: string;
  name: string;
}

const REALMS = '/realms/';

/**
 * The realm of `--issuer https://HOST/realms/REALM`, or of `--issuer https://HOST --realm REALM`.
 * @throws CliError `missing-answer`, `invalid-option`, `invalid-url`
 */
export function checkTarget({ issuer: given, realm }: ProviderTarget): Realm {
  if (given === undefined) {
    throw new CliError(
      'missing-answer',
      'Provider keycloak needs the issuer URL of the realm.',
      'Add --issuer https://HOST/realms/REALM',
    );
  }
  const issuer = withoutEndSlash(checkIssuer(given));
  const at = issuer.lastIndexOf(REALMS);
  if (at < 0) {
    if (realm === undefined) {
      throw new CliError(
        'missing-answer',
        `${given} names no realm.`,
        `Add --realm NAME, or use ${issuer}/realms/NAME`,
      );
    }
    return realmAt(issuer, checkName(realm));
  }
  const name = decoded(issuer.slice(at + REALMS.length));
  if (realm !== undefined && realm !== name) {
    throw new CliError(
      'invalid-option',
      `--issuer names the realm ${name}, and --realm another one, ${realm}.`,
      'Leave --realm out, or give the base URL of Keycloak as --issuer.',
    );
  }
  return realmAt(issuer.slice(0, at), checkName(name));
}

function realmAt(base: string, name: string): Realm {
  return { issuer: `${base}${REALMS}${encodeURIComponent(name)}`, base, name };
}

/** Keycloak refuses names with characters that URLs reserve (RFC 3986 §2.2). */
function checkName(name: string): string {
  if (name !== '' && !/[/?#%:@!$&'()*+,;=[\]]/.test(name)) return name;
  throw new CliError(
    'invalid-option',
    `${JSON.stringify(name)} cannot be the name of a realm.`,
    'Use the name as the admin console shows it, as --realm NAME or at the end of --issuer https://HOST/realms/NAME',
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const withoutEndSlash = (text: string): string => (text.endsWith('/') ? withoutEndSlash(text.slice(0, -1)) : text);
