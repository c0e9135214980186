import semver from 'semver';
import type { ManualStep } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { Edit, Warning } from '../../types.ts';
import type { ProviderInput, ProjectFiles } from '../types.ts';
import { AUTH_CONFIG, DEFAULT_CONSENT_PATH, type AuthSettings } from './auth-config.ts';
import type { ManagementApi } from './management.ts';
import { nextConsentPage } from './pages/next-page.ts';
import { staticConsentPage } from './pages/static-page.ts';

/** What only a consent page has in its source: supabase-js, or the endpoint itself. */
const CONSENT_CALLS = ['getAuthorizationDetails', 'approveAuthorization', '/oauth/authorizations/'];

export interface ConsentQuestion {
  /** `undefined`: a local stack, which has no Management API. */
  api: ManagementApi | undefined;
  ref: string;
  issuer: string;
  settings: Pick<AuthSettings, 'consentPath' | 'siteUrl'>;
}

export interface ConsentFindings {
  files: Edit[];
  manual: ManualStep[];
  warnings: Warning[];
}

const NOTHING: ConsentFindings = { files: [], manual: [], warnings: [] };

/**
 * Supabase sends people who log in to a page of the project's own web app (site URL + path), where they agree. Looks
 * whether there is one, and makes one where there is none.
 */
export async function planConsentPage(input: ProviderInput, question: ConsentQuestion): Promise<ConsentFindings> {
  const { files } = input;
  if (!files || (await files.findText(CONSENT_CALLS)) !== undefined) return NOTHING;
  const { settings, issuer } = question;
  const path = settings.consentPath ?? DEFAULT_CONSENT_PATH;
  const siteUrl = settings.siteUrl?.replace(/\/+$/, '');
  if (isOfSomebody(input, settings) && siteUrl !== undefined && (await answers(siteUrl + path))) return NOTHING;
  const route = path.replace(/^\/?/, '/').replace(/\/$/, '');
  const app = findNextApp(input, files, route);
  if (app) {
    const create: Edit = { kind: 'create', path: app.file, before: null, after: nextConsentPage(app), why: WHY };
    return {
      files: [create],
      manual: app.isReady && siteUrl ? [] : [nextStep(app.file, siteUrl, route)],
      warnings: [],
    };
  }
  const place = input.exists('public') && /^(\/[\w-]+)+$/.test(route) ? `public${route}` : 'consent-page';
  const file = `${place}/index.html`;
  if (input.exists(file)) return NOTHING;
  const projectUrl = issuer.replace(/\/auth\/v1$/, '');
  const key = question.api && (await publishableKey(question.api, question.ref));
  const after = staticConsentPage(projectUrl, key);
  return {
    files: [{ kind: 'create', path: file, before: null, after, why: WHY }],
    manual: [staticStep({ file, siteUrl, route, projectUrl, key, isLocal: !question.api })],
    warnings: [],
  };
}

const WHY = 'the page where users agree that a client acts for them; Supabase sends them there';

/** Whoever set the path has a page, most likely; an earlier run of ours has none. */
function isOfSomebody({ recorded }: ProviderInput, { consentPath }: ConsentQuestion['settings']): boolean {
  const ours = recorded[AUTH_CONFIG]?.after?.['oauth_server_authorization_path'];
  return consentPath !== undefined && consentPath !== ours;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(3000) });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false;
  }
}

/** From this version on supabase-js knows that a user may have agreed before (types of `auth.oauth`). */
const WITH_OAUTH = '2.95.0';

/** A Next app with app router and Supabase's library: its page can use the session that is there. */
function findNextApp(
  { exists, env }: ProviderInput,
  { read }: ProjectFiles,
  route: string,
): { file: string; typescript: boolean; ssr: boolean; isReady: boolean } | undefined {
  const dependencies = dependenciesIn(read('package.json'));
  const dir = ['src/app', 'app'].find((candidate) => exists(candidate));
  const version = installedVersion(read) ?? lowest(dependencies['@supabase/supabase-js']);
  if (!dependencies['next'] || dir === undefined || !version || !semver.gte(version, WITH_OAUTH)) return undefined;
  if (!/^(\/[\w-]+)+$/.test(route)) return undefined;
  const typescript = exists('tsconfig.json');
  const file = `${dir}${route}/page.${typescript ? 'tsx' : 'jsx'}`;
  if (exists(file)) return undefined;
  const local = read('.env.local') ?? '';
  const isSet = (name: string): boolean => env(name) !== undefined || local.includes(`${name}=`);
  const isReady =
    isSet('NEXT_PUBLIC_SUPABASE_URL') &&
    (isSet('NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY') || isSet('NEXT_PUBLIC_SUPABASE_ANON_KEY'));
  return { file, typescript, ssr: dependencies['@supabase/ssr'] !== undefined, isReady };
}

function installedVersion(read: ProjectFiles['read']): string | undefined {
  const found = /"version": *"([\d.]+)"/.exec(read('node_modules/@supabase/supabase-js/package.json') ?? '')?.[1];
  return found !== undefined && semver.valid(found) ? found : undefined;
}

function lowest(range: string | undefined): string | undefined {
  return range !== undefined && semver.validRange(range) ? semver.minVersion(range)?.version : undefined;
}

function dependenciesIn(manifest: string | undefined): Record<string, string> {
  try {
    const { dependencies } = JSON.parse(manifest ?? '{}') as { dependencies?: unknown };
    return isRecord(dependencies) ? (dependencies as Record<string, string>) : {};
  } catch {
    return {};
  }
}

/** The key that is made for browsers. Others in the list are secret and go no further. */
async function publishableKey(api: ManagementApi, ref: string): Promise<string | undefined> {
  const purpose = { what: 'read the publishable key', permission: 'api_gateway_keys_read' };
  const answer = await api.get(`/v1/projects/${ref}/api-keys`, purpose).catch(() => undefined);
  const keys = Array.isArray(answer) ? answer.filter(isRecord) : [];
  const key = keys.find(({ type }) => type === 'publishable') ?? keys.find(({ name }) => name === 'anon');
  const value = key?.['api_key'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const SITE_URL = 'the site URL (Authentication, URL Configuration)';

function nextStep(file: string, siteUrl: string | undefined, route: string): ManualStep {
  return {
    what: `Deploy ${file} with the app at ${siteUrl ?? SITE_URL}: Supabase sends people there to agree.`,
    snippet: [
      `Page:        ${siteUrl ?? '<site URL>'}${route}`,
      'Environment: NEXT_PUBLIC_SUPABASE_URL, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY (or NEXT_PUBLIC_SUPABASE_ANON_KEY)',
      'Site URL:    the origin of this app (Authentication, URL Configuration); further origins go into Redirect URLs',
    ].join('\n'),
  };
}

interface StaticPage {
  file: string;
  siteUrl: string | undefined;
  route: string;
  projectUrl: string;
  key: string | undefined;
  isLocal: boolean;
}

function staticStep({ file, siteUrl, route, projectUrl, key, isLocal }: StaticPage): ManualStep {
  const url = `${siteUrl ?? '<site URL>'}${route}`;
  const settings = isLocal ? 'site_url in supabase/config.toml' : 'Authentication, URL Configuration';
  const keys = isLocal ? 'supabase status' : 'Settings, API Keys';
  return {
    what: `Serve ${file} at ${url}: Supabase sends people there to agree, and without it nobody can log in.`,
    snippet: [
      `Page:            ${file} -> ${url}`,
      `Site URL:        ${siteUrl ?? 'not set yet'} (${settings}): the origin that serves the page; others must be allowed as redirect URLs`,
      `SUPABASE_URL:    ${projectUrl} (in the page)`,
      key === undefined
        ? `PUBLISHABLE_KEY: put the publishable or anon key into the page (${keys}); it is public`
        : 'PUBLISHABLE_KEY: is in the page; it is public',
    ].join('\n'),
  };
}
