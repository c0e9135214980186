import { CliError } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import type { RemoteRecord, RemoteStep, Warning } from '../../types.ts';
import type { Applied, Connection, ProviderFindings, ProviderInput, ProviderIo, Reverted } from '../types.ts';
import { AUTH_CONFIG, planAuthConfig, readAuthSettings, restoreAuthConfig, writeAuthConfig } from './auth-config.ts';
import { planConsentPage } from './consent-page.ts';
import { findAccessToken } from './credentials.ts';
import { facts } from './facts.ts';
import { findIssuer } from './issuer.ts';
import { managementApi, type ManagementApi } from './management.ts';
import { managementUrl } from './management-url.ts';
import { ProviderError } from '../provider-error.ts';
import {
  createStandbyKey,
  importLegacyKey,
  KEY_STEPS,
  listSigningKeys,
  planSigningKeys,
  rotatesKeys,
  takeIntoUse,
  whyKept,
} from './signing-keys.ts';
import { hostedIssuer } from './target.ts';
import { planTokenHook } from './token-hook.ts';

/** A project that is set up through the Management API. The access token is looked for with the first request. */
export function connectTo(ref: string, issuer: string | undefined, io: ProviderIo): Required<Connection> {
  const base = managementUrl();
  let opened: Promise<ManagementApi> | undefined;
  const open = (): Promise<ManagementApi> =>
    (opened ??= findAccessToken(io).then((token) => managementApi(token, base)));
  /** Keys that were made in this run, by step. */
  const made = new Map<string, string>();

  return {
    async look(input) {
      if (!input.provision) return lookAway(input, ref, issuer);
      return look(input, { api: await open(), base, ref, issuer, io });
    },
    async apply(step, { mayBeDone }) {
      const done = await applyStep(await open(), ref, step, mayBeDone, made);
      made.set(step.id, done.ref);
      return done;
    },
    async revert(id, record) {
      if (id === AUTH_CONFIG) return revertAuthConfig(await open(), ref, record);
      return { outcome: 'left', message: whyKept(id) };
    },
  };
}

interface Project {
  api: ManagementApi;
  base: string;
  ref: string;
  issuer: string | undefined;
  io: ProviderIo;
}

async function look(input: ProviderInput, { api, base, ref, issuer, io }: Project): Promise<ProviderFindings> {
  const listed = await findInList(api, ref);
  const settings = await readAuthSettings(api, ref);
  const keys = await listSigningKeys(api, ref);
  const found = await findIssuer({
    ref,
    given: issuer,
    api: base,
    databaseHost: listed?.databaseHost,
    supabaseUrl: process.env['SUPABASE_URL'] ?? input.env('SUPABASE_URL'),
  });
  const keySteps = planSigningKeys(ref, keys, found.publishesKey, input.recorded);
  if (rotatesKeys(keySteps)) await agreeToRotation(ref, input, io);
  const page = await planConsentPage(input, { api, ref, issuer: found.issuer, settings });
  const hook = planTokenHook(input, settings.tokenHook);
  return {
    ...facts(input, found.issuer),
    // The door to the internet is opened last.
    remote: [...keySteps, planAuthConfig(ref, settings)],
    warnings: [...found.warnings, ...(listed?.warnings ?? []), ...warningsOf(input), ...page.warnings],
    files: [...page.files, ...hook.files],
    manual: [...page.manual, ...hook.manual],
  };
}

/** `--no-provision`: what can be known without asking anybody. */
function lookAway(input: ProviderInput, ref: string, issuer: string | undefined): ProviderFindings {
  const hook = planTokenHook(input, undefined);
  const unchecked: Warning = {
    message: `Project ${ref} was not looked at; it needs the OAuth server with dynamic registration, an asymmetric signing key and a consent page.`,
    fix: 'Run again without --no-provision, or set it up under Authentication, OAuth Server in the dashboard.',
  };
  return {
    ...facts(input, issuer ?? hostedIssuer(ref)),
    remote: [],
    warnings: [unchecked, ...warningsOf(input)],
    ...hook,
  };
}

/** Auth refuses a `resource` with a query (supabase/auth, oauthserver/authorize.go). */
function warningsOf({ resource }: ProviderInput): Warning[] {
  if (!resource.includes('?')) return [];
  const message = `Supabase refuses logins for ${resource}: its "resource" parameter takes no URL with a query.`;
  return [{ message, fix: 'Serve the MCP endpoint at a URL without a query.' }];
}

/** The project among those of the access token. Branches are not in the list, and the token may not read it. */
async function findInList(
  api: ManagementApi,
  ref: string,
): Promise<{ databaseHost: string | undefined; warnings: Warning[] } | undefined> {
  let answer: unknown;
  try {
    answer = await api.get('/v1/projects', { what: 'list the projects', permission: 'projects_read' });
  } catch (error) {
    if (error instanceof ProviderError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
  const projects = Array.isArray(answer) ? answer.filter(isRecord) : [];
  const project = projects.find((candidate) => candidate['ref'] === ref || candidate['id'] === ref);
  if (!project) return undefined;
  const { database, status } = project;
  const host = isRecord(database) ? database['host'] : undefined;
  const isAsleep = ['INACTIVE', 'PAUSING', 'GOING_DOWN', 'PAUSE_FAILED'].includes(String(status));
  return {
    databaseHost: typeof host === 'string' ? host : undefined,
    warnings: isAsleep
      ? [{ message: `Project ${ref} is paused: nobody can log in.`, fix: 'Restore it in the dashboard.' }]
      : [],
  };
}

async function agreeToRotation(ref: string, { wishes }: ProviderInput, io: ProviderIo): Promise<void> {
  if (wishes.rotateKeys) return;
  if (!io.interactive) {
    throw new CliError(
      'missing-answer',
      `Project ${ref} signs tokens with its legacy JWT secret, so no server can verify them, and this run must not change that unasked.`,
      'Add --rotate-keys to sign with an ES256 key from now on; what verifies tokens with the legacy secret by itself has to follow.',
    );
  }
  io.warn(
    `Project ${ref} signs tokens with its legacy JWT secret: no MCP server can verify them.`,
    'An ES256 key in its place touches everything that verifies tokens with that secret by itself.',
  );
  const agreed = await io.ask.confirm({
    message: 'Sign with an ES256 key from now on?',
    option: '--rotate-keys',
    initial: false,
  });
  if (agreed) return;
  throw new CliError(
    'interrupted',
    'The signing key stays, and nothing was changed.',
    'Run add-auth again when the key may change; until then no MCP server can verify tokens of this project.',
  );
}

async function applyStep(
  api: ManagementApi,
  ref: string,
  step: RemoteStep,
  mayBeDone: boolean,
  made: ReadonlyMap<string, string>,
): Promise<Applied> {
  switch (step.id) {
    case AUTH_CONFIG:
      await writeAuthConfig(api, ref, step.want);
      return { ref };
    case KEY_STEPS.legacy:
      return { ref: await importLegacyKey(api, ref) };
    case KEY_STEPS.standby:
      return { ref: await createStandbyKey(api, ref, mayBeDone) };
    case KEY_STEPS.inUse: {
      const id = step.ref ?? made.get(KEY_STEPS.standby);
      if (id === undefined) throw new Error('no key on standby to take into use');
      await takeIntoUse(api, ref, id);
      return { ref: id };
    }
    default:
      throw new Error(`no step of Supabase: ${step.id}`);
  }
}

async function revertAuthConfig(api: ManagementApi, ref: string, record: RemoteRecord): Promise<Reverted> {
  const { restored, changedSince } = await restoreAuthConfig(api, ref, record);
  const names = changedSince.join(', ');
  if (changedSince.length > 0) {
    const rest = restored.length > 0 ? '; the other settings are as before' : '';
    return { outcome: 'left', message: `Somebody has changed ${names} of project ${ref} since, so it stays${rest}.` };
  }
  if (restored.length === 0) return { outcome: 'gone', message: `The Auth settings of ${ref} are as before already.` };
  return { outcome: 'restored', message: `The Auth settings of project ${ref} are as before.` };
}
