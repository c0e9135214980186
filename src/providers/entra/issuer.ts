import { CliError } from '../../errors.ts';
import { discover, type Discovery } from '../../oauth/discovery.ts';
import { getJson } from '../../oauth/get-json.ts';
import { requireUsableKeys } from '../custom/keys.ts';
import { isId, issuerOf, type Tenant } from './target.ts';

/**
 * The issuer as tokens name it: by the id of the tenant, which its metadata know where a domain was given.
 * @throws CliError `invalid-option` where there is no such tenant, `issuer-unreachable`, `issuer-unusable`
 */
export async function readIssuer(tenant: Tenant): Promise<Discovery> {
  const issuer = isId(tenant.name) ? issuerOf(tenant, tenant.name) : await issuerOfDomain(tenant);
  const discovery = await discover(issuer);
  await requireUsableKeys(discovery);
  return discovery;
}

async function issuerOfDomain(tenant: Tenant): Promise<string> {
  const url = `${issuerOf(tenant, tenant.name)}/.well-known/openid-configuration`;
  const { json, attempt } = await getJson(url);
  const issuer = String(json?.['issuer']);
  const id = issuer.startsWith(`${tenant.login}/`) ? (issuer.slice(tenant.login.length + 1).split('/')[0] ?? '') : '';
  if (issuer === issuerOf(tenant, id) && isId(id)) return issuer;
  // AADSTS90002: there is no such tenant.
  const isMissing = attempt.status !== undefined && attempt.status >= 400 && attempt.status < 500;
  throw isMissing
    ? new CliError(
        'invalid-option',
        `No tenant has the domain ${tenant.name} (${url} answers ${attempt.status}).`,
        'Check --tenant; the id of the tenant works too.',
      )
    : new CliError(
        'issuer-unreachable',
        `${url} did not say which tenant ${tenant.name} is.`,
        'Check the network, or give the id of the tenant with --tenant.',
      );
}
