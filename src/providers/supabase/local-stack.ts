import path from 'node:path/posix';
import { CliError, type ManualStep } from '../../errors.ts';
import { addIgnored } from '../../edit/gitignore.ts';
import { readToml, setInTable } from '../../edit/toml.ts';
import { isRecord } from '../../is-record.ts';
import type { Edit } from '../../types.ts';
import type { ProjectFiles, ProviderFindings, ProviderInput } from '../types.ts';
import { DEFAULT_CONSENT_PATH } from './auth-config.ts';
import { planConsentPage } from './consent-page.ts';
import { facts } from './facts.ts';
import { HOOK_URI, planTokenHook } from './token-hook.ts';

export const CONFIG = 'supabase/config.toml';
const IGNORE = 'supabase/.gitignore';
const DEFAULT_PORT = 54321;
/** Where the Supabase CLI looks, relative to its own folder. */
const KEYS_FILE = './signing_keys.json';

/**
 * The local stack of the Supabase CLI: its settings are a file of the project, and it has no Management API.
 * @param given `--issuer`, or the one of an earlier run
 * @throws CliError `invalid-option` without a readable `supabase/config.toml`
 */
export async function lookAtLocalStack(input: ProviderInput, given: string | undefined): Promise<ProviderFindings> {
  if (!input.files) return { ...facts(input, given ?? issuerOf({})), remote: [], warnings: [] };
  const text = readConfig(input.files);
  const config = readToml(text) ?? {};
  const issuer = given ?? issuerOf(config);
  const auth = tableAt(config, 'auth');
  const hook = planTokenHook(input, hookOf(auth));
  if (!input.provision) return { ...facts(input, issuer), remote: [], warnings: [], ...hook };
  const settings = {
    consentPath: nonEmpty(tableAt(auth, 'oauth_server')['authorization_url_path']),
    siteUrl: nonEmpty(auth['site_url']) ?? 'http://127.0.0.1:3000',
  };
  const changes = planConfig(text, auth, settings.consentPath, input);
  const page = await planConsentPage(input, { api: undefined, ref: 'local', issuer, settings });
  return {
    ...facts(input, issuer),
    remote: [],
    warnings: page.warnings,
    files: [...changes.files, ...ignoreKeys(input.files, auth), ...page.files, ...hook.files],
    manual: [...changes.manual, ...page.manual, ...hook.manual],
  };
}

function readConfig({ read }: ProjectFiles): string {
  const text = read(CONFIG);
  if (text !== undefined && readToml(text)) return text;
  throw new CliError(
    'invalid-option',
    text === undefined
      ? `--project local means the stack of the Supabase CLI, and there is no ${CONFIG}.`
      : `${CONFIG} is not TOML that can be read.`,
    text === undefined
      ? 'Run supabase init first, or give the reference of a hosted project with --project REF.'
      : 'Repair it (supabase start says where), then run add-auth again.',
  );
}

/** The stack's gateway on this machine; `jwt_issuer` and `external_url` say otherwise. */
function issuerOf(config: Record<string, unknown>): string {
  const auth = tableAt(config, 'auth');
  const api = tableAt(config, 'api');
  const port = typeof api['port'] === 'number' ? api['port'] : DEFAULT_PORT;
  const scheme = tableAt(api, 'tls')['enabled'] === true ? 'https' : 'http';
  return nonEmpty(auth['jwt_issuer']) ?? nonEmpty(auth['external_url']) ?? `${scheme}://127.0.0.1:${port}/auth/v1`;
}

function planConfig(
  before: string,
  auth: Record<string, unknown>,
  consentPath: string | undefined,
  { exists }: Pick<ProviderInput, 'exists'>,
): { files: Edit[]; manual: ManualStep[] } {
  const server = tableAt(auth, 'oauth_server');
  const wanted = {
    ...(server['enabled'] !== true && { enabled: true }),
    ...(consentPath === undefined && { authorization_url_path: DEFAULT_CONSENT_PATH }),
    ...(server['allow_dynamic_registration'] !== true && { allow_dynamic_registration: true }),
  };
  const keysPath = nonEmpty(auth['signing_keys_path']);
  const keysFile = path.resolve('/supabase', keysPath ?? KEYS_FILE).slice(1);
  // The CLI does not start without the file.
  const missing = exists(keysFile) ? undefined : keysFile;
  const needsKeys = keysPath === undefined;
  if (Object.keys(wanted).length === 0 && !needsKeys) {
    return { files: [], manual: missing === undefined ? [] : [restart(missing)] };
  }

  const withServer = Object.keys(wanted).length === 0 ? before : setInTable(before, ['auth', 'oauth_server'], wanted);
  const after =
    withServer !== undefined && needsKeys
      ? setInTable(withServer, ['auth'], { signing_keys_path: KEYS_FILE })
      : withServer;
  if (after === undefined) return { files: [], manual: [byHand(consentPath)] };
  const why = 'the OAuth server of the local stack, and keys that others can verify with';
  return { files: [{ kind: 'modify', path: CONFIG, before, after, why }], manual: [restart(missing)] };
}

/** @param keysFile where the signing keys belong, when they are not there */
function restart(keysFile: string | undefined): ManualStep {
  const keys = [
    `echo '[]' > ${keysFile}`,
    'supabase gen signing-key --algorithm ES256 --append   # stays on this machine',
  ];
  return {
    what: `${keysFile ? 'Make a signing key for the local stack and restart it' : 'Restart the local stack'}: it reads ${CONFIG} at start.`,
    snippet: [...(keysFile ? keys : []), 'supabase stop && supabase start'].join('\n'),
  };
}

function byHand(consentPath = DEFAULT_CONSENT_PATH): ManualStep {
  return {
    what: `Switch the OAuth server on in ${CONFIG}, which is written in a way that add-auth does not edit, and restart the stack.`,
    snippet: [
      '[auth]',
      `signing_keys_path = "${KEYS_FILE}"   # supabase gen signing-key --algorithm ES256`,
      '',
      '[auth.oauth_server]',
      'enabled = true',
      `authorization_url_path = "${consentPath}"`,
      'allow_dynamic_registration = true',
      '',
      '# supabase stop && supabase start',
    ].join('\n'),
  };
}

/** The file will hold a private key. */
function ignoreKeys({ read }: ProjectFiles, auth: Record<string, unknown>): Edit[] {
  if (nonEmpty(auth['signing_keys_path']) !== undefined) return [];
  const before = read(IGNORE);
  const after = addIgnored(before, ['signing_keys.json']);
  const why = 'keeps the private signing key out of git';
  if (before === undefined) return [{ kind: 'create', path: IGNORE, before: null, after, why }];
  return after === before ? [] : [{ kind: 'modify', path: IGNORE, before, after, why }];
}

function hookOf(auth: Record<string, unknown>): string | undefined {
  const { enabled, uri } = tableAt(tableAt(auth, 'hook'), 'custom_access_token');
  return enabled === true ? (nonEmpty(uri) ?? HOOK_URI) : undefined;
}

function tableAt(data: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = data[key];
  return isRecord(value) ? value : {};
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
