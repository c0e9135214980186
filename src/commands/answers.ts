import { isDeepStrictEqual } from 'node:util';
import type { Account } from '../apply/index.ts';
import { getProvider, providers } from '../providers/registry.ts';
import type { Connection, Provider, ProviderTarget, ProviderWishes, TargetQuestion } from '../providers/types.ts';
import { checkIssuer, checkResource } from '../providers/url.ts';
import { mergeWishes, type RememberedWishes } from '../providers/wishes.ts';
import { defaultResource } from '../plan/resource.ts';
import type { ScopeOverrides } from '../scopes/propose.ts';
import type { Detection, ScopeMap, Warning } from '../types.ts';
import type { AddOptions, Io } from './options.ts';
import { providerIo } from './provider-io.ts';

/** What an earlier run recorded; its answers are the defaults of this one. */
export interface Remembered extends ProviderTarget {
  provider?: string;
  wishes?: RememberedWishes;
  resource?: string;
  audience?: string;
}

export interface Answers {
  provider: Provider;
  target: ProviderTarget;
  connection: Connection;
  account: Account;
  wishes: ProviderWishes;
  resource: string;
  audience?: string;
  warnings: Warning[];
}

/**
 * Option, then what is remembered, then a question: in this order every answer is found.
 * @throws CliError `missing-answer` when it would have to ask and must not, `invalid-url`, `invalid-option`
 */
export async function findAnswers(
  options: AddOptions,
  remembered: Remembered,
  detection: Detection,
  io: Io,
): Promise<Answers> {
  const chosen = getProvider(options.provider ?? remembered.provider ?? (await askProvider(io)));
  const isSame = chosen.id === remembered.provider;
  const target = await findTarget(chosen, options, isSame ? remembered : {}, io);
  const provider = chosen.at?.(target) ?? chosen;
  const connection = provider.connect(target, providerIo(io));
  const { resource, warnings } = await findResource(options, remembered, detection, io);
  const isSameResource = isSame && resource === remembered.resource;
  const audience = options.audience ?? (isSameResource ? remembered.audience : undefined);
  return {
    provider,
    target,
    connection,
    account: { provider: provider.id, target },
    wishes: mergeWishes(options.wishes, isSame ? remembered.wishes : {}),
    resource,
    warnings,
    ...(audience !== undefined && { audience }),
  };
}

function askProvider({ ui }: Io): Promise<string> {
  return ui.ask.select({
    message: 'Who signs the users in?',
    option: '--provider NAME (local needs no account)',
    choices: providers.map(({ id, label, hint }) => ({ value: id, label, hint })),
  });
}

/** Where the authorization server is: what the options say, else what is remembered, else a question. */
async function findTarget(
  provider: Provider,
  options: AddOptions,
  remembered: Remembered,
  io: Io,
): Promise<ProviderTarget> {
  const given: ProviderTarget = {};
  for (const key of [...provider.needs, ...(provider.takes ?? [])]) {
    const value = options[key] ?? remembered[key];
    if (value !== undefined) given[key] = value;
  }
  const target = options.provision && provider.find ? await provider.find(given, providerIo(io)) : given;
  const isAnswered = provider.instead?.some((key) => target[key] !== undefined) ?? false;
  for (const key of isAnswered ? [] : provider.needs) {
    target[key] ??= await io.ui.ask.text({ ...QUESTIONS[key], ...provider.questions?.[key] });
  }
  if (target.issuer !== undefined) target.issuer = checkIssuer(target.issuer);
  return provider.normalise?.(target) ?? target;
}

type Question = Parameters<Io['ui']['ask']['text']>[0];

const QUESTIONS: Record<TargetQuestion, Question> = {
  issuer: {
    message: 'Issuer URL of the authorization server',
    option: '--issuer URL',
    placeholder: 'https://login.example.com',
    validate: (value) => void checkIssuer(value),
  },
  domain: {
    message: 'Domain of the Auth0 tenant',
    option: '--domain NAME',
    placeholder: 'tenant.eu.auth0.com',
  },
  project: {
    message: 'Reference of the Supabase project (Settings, General)',
    option: '--project REF',
    placeholder: 'abcdefghijklmnopqrst',
  },
  tenant: { message: 'Id of the Entra tenant', option: '--tenant ID' },
  region: { message: 'AWS region of the user pool', option: '--region NAME', placeholder: 'eu-central-1' },
  userPool: { message: 'Id of the user pool', option: '--user-pool ID', placeholder: 'eu-central-1_AbCdEfGhI' },
  realm: { message: 'Name of the realm', option: '--realm NAME' },
};

async function findResource(
  options: AddOptions,
  remembered: Remembered,
  detection: Detection,
  { mode, ui }: Io,
): Promise<{ resource: string; warnings: Warning[] }> {
  const known = options.resource ?? remembered.resource;
  if (known !== undefined) {
    const resource = checkResource(known, detection.endpoint);
    return { resource, warnings: endpointWarnings(resource, detection) };
  }
  const { resource, warning } = defaultResource(detection);
  if (!mode.interactive) return { resource, warnings: [warning] };
  const typed = await ui.ask.text({
    message: 'Public URL of the MCP endpoint, exactly as clients type it',
    option: '--resource URL',
    initial: resource,
    validate: (value) => void checkResource(value, detection.endpoint),
  });
  return { resource: typed, warnings: typed === resource ? [warning] : endpointWarnings(typed, detection) };
}

/** A proxy may put a prefix before the path, and seldom takes it away. */
function endpointWarnings(resource: string, { endpoint }: Pick<Detection, 'endpoint'>): Warning[] {
  const path = new URL(resource).pathname;
  if (endpoint === '/' || path.endsWith(endpoint)) return [];
  return [
    {
      message: `The server answers at ${endpoint}, but the resource is ${resource}.`,
      fix: 'Unless a proxy maps one to the other, run again with --resource as clients type it, path included.',
    },
  ];
}

/**
 * Shows the proposed scopes as a table to edit; without questions they stay as they are.
 * @param given what options asked for already; `proposed` contains it
 * @returns the overrides that give the map people agreed to: those given, and what was edited
 */
export async function confirmScopes(
  proposed: ScopeMap,
  given: ScopeOverrides,
  { mode, ui }: Io,
): Promise<ScopeOverrides> {
  if (!mode.interactive) return given;
  const { toolScopes, publicTools } = await ui.ask.scopes({
    message: 'Scopes for each tool',
    option: '--tool-scope TOOL=SCOPE[,SCOPE] or --public TOOL',
    scopes: proposed,
  });
  const overrides = Object.entries(toolScopes).filter(
    ([tool, scopes]) => Object.hasOwn(given.toolScopes, tool) || !isDeepStrictEqual(scopes, proposed.toolScopes[tool]),
  );
  return { ...given, toolScopes: Object.fromEntries(overrides), publicTools };
}
