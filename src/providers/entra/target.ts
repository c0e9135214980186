import { CliError } from '../../errors.ts';
import type { ProviderTarget } from '../types.ts';
import { checkApiUrl } from '../url.ts';

/** An Entra tenant, in the cloud that it lives in. */
export interface Tenant {
  /** Its id, or a domain of it. */
  name: string;
  /** Where people sign in: `https://login.microsoftonline.com`. */
  login: string;
  /** Microsoft Graph: `https://graph.microsoft.com`. */
  graph: string;
}

/** Sign-in and Graph of each cloud (learn.microsoft.com/graph/deployments, read 2026-11-21). */
const CLOUDS: Readonly<Record<string, string>> = {
  'https://login.microsoftonline.com': 'https://graph.microsoft.com',
  'https://login.microsoftonline.us': 'https://graph.microsoft.us',
  'https://login.partner.microsoftonline.cn': 'https://microsoftgraph.chinacloudapi.cn',
};

/** Names that stand for every tenant there is. */
const EVERYBODY = ['common', 'organizations', 'consumers'];
const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const DOMAIN = /^[a-z\d-]+(\.[a-z\d-]+)+$/i;

/**
 * The tenant of `--tenant`, at the hosts of `AZURE_AUTHORITY_HOST` (as the Azure SDKs read it) and `AZURE_GRAPH_URL`.
 * @throws CliError `missing-answer`, `invalid-option`, `invalid-url`
 */
export function checkTarget({ tenant }: ProviderTarget, env: NodeJS.ProcessEnv = process.env): Tenant {
  const name = tenant?.trim().toLowerCase() ?? '';
  if (name === '') {
    throw new CliError(
      'missing-answer',
      'Provider entra needs the tenant.',
      'Add --tenant ID: the directory (tenant) id, or a domain of it such as contoso.onmicrosoft.com',
    );
  }
  if (EVERYBODY.includes(name)) {
    throw new CliError(
      'invalid-option',
      `--tenant ${name} stands for every tenant there is; tokens name the one that issued them, so their issuer would never be ${name}.`,
      'Give the id of your own tenant (az account show --query tenantId).',
    );
  }
  if (!ID.test(name) && !DOMAIN.test(name)) {
    throw new CliError(
      'invalid-option',
      `--tenant ${JSON.stringify(tenant)} is neither the id of a tenant nor a domain.`,
      'Give the directory (tenant) id as the Entra admin center shows it, or a domain such as contoso.onmicrosoft.com',
    );
  }
  const login = checkedUrl('AZURE_AUTHORITY_HOST', env) ?? 'https://login.microsoftonline.com';
  const graph = checkedUrl('AZURE_GRAPH_URL', env)?.replace(/\/v1\.0$/, '') ?? CLOUDS[login];
  if (graph !== undefined) return { name, login, graph };
  throw new CliError(
    'missing-answer',
    `AZURE_AUTHORITY_HOST is ${login}, and it is not known where Microsoft Graph is in that cloud.`,
    'Set AZURE_GRAPH_URL too, or unset AZURE_AUTHORITY_HOST.',
  );
}

/** Is this how Entra names tenants and applications? */
export const isId = (text: string): boolean => ID.test(text);

/** The issuer of version 2 tokens, which always names the tenant by its id. */
export const issuerOf = ({ login }: Tenant, id: string): string => `${login}/${id}/v2.0`;

function checkedUrl(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const text = env[name]?.trim() ?? '';
  if (text === '') return undefined;
  return checkApiUrl(name, text, 'Unset it, or set it to an https URL.');
}
