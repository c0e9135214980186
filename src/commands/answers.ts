import { isDeepStrictEqual } from 'node:util';
import { getProvider, providers } from '../providers/registry.ts';
import type { Provider } from '../providers/types.ts';
import { checkIssuer, checkResource } from '../providers/url.ts';
import { defaultResource } from '../plan/resource.ts';
import type { ScopeOverrides } from '../scopes/propose.ts';
import type { Detection, ScopeMap, Warning } from '../types.ts';
import type { AddOptions, Io } from './options.ts';

/** What an earlier run recorded; its answers are the defaults of this one. */
export interface Remembered {
  provider?: string;
  issuer?: string;
  resource?: string;
  audience?: string;
}

export interface Answers {
  provider: Provider;
  issuer?: string;
  resource: string;
  audience?: string;
  warnings: Warning[];
}

/**
 * Option, then what is remembered, then a question: in this order every answer is found.
 * @throws CliError `missing-answer` when it would have to ask and must not, `invalid-url`, `provider-not-supported`
 */
export async function findAnswers(
  options: AddOptions,
  remembered: Remembered,
  detection: Detection,
  io: Io,
): Promise<Answers> {
  const provider = getProvider(options.provider ?? remembered.provider ?? (await askProvider(io)));
  const isSame = provider.id === remembered.provider;
  const issuer = options.issuer ?? (isSame ? remembered.issuer : undefined) ?? (await askIssuer(provider, io));
  const { resource, warnings } = await findResource(options, remembered, detection, io);
  const isSameResource = isSame && resource === remembered.resource;
  const audience = options.audience ?? (isSameResource ? remembered.audience : undefined);
  return {
    provider,
    resource,
    warnings,
    ...(issuer !== undefined && { issuer: checkIssuer(issuer) }),
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

async function askIssuer(provider: Provider, { ui }: Io): Promise<string | undefined> {
  if (!provider.needs.includes('issuer')) return undefined;
  return ui.ask.text({
    message: 'Issuer URL of the authorization server',
    option: '--issuer URL',
    placeholder: 'https://login.example.com',
    validate: (value) => void checkIssuer(value),
  });
}

async function findResource(
  options: AddOptions,
  remembered: Remembered,
  detection: Detection,
  { mode, ui }: Io,
): Promise<{ resource: string; warnings: Warning[] }> {
  const known = options.resource ?? remembered.resource;
  if (known !== undefined) return { resource: checkResource(known), warnings: [] };
  const { resource, warning } = defaultResource(detection);
  if (!mode.interactive) return { resource, warnings: [warning] };
  const typed = await ui.ask.text({
    message: 'Public URL of the MCP endpoint, exactly as clients type it',
    option: '--resource URL',
    initial: resource,
    validate: (value) => void checkResource(value),
  });
  return { resource: typed, warnings: typed === resource ? [warning] : [] };
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
