import { readState, type AuthRecord } from '../apply/index.ts';
import { currentScopes, envDrift, fileDrift, runDrift, scopeDrift, varsDrift } from '../drift/project.ts';
import { compareProvider, type ProviderState } from '../drift/provider.ts';
import { EXIT } from '../errors.ts';
import { openProject } from '../languages/open.ts';
import { createReader, type ProjectReader } from '../project/read.ts';
import { scopeCatalogue } from '../scopes/catalogue.ts';
import type { Tool } from '../types.ts';
import type { CommandResult, Io, StatusOptions } from './options.ts';
import { projectRoot } from './project-root.ts';
import { providerIo } from './provider-io.ts';

/** Says what is configured and what has drifted since. Reads only; exit 1 when something has drifted. */
export async function status(options: StatusOptions, io: Io): Promise<CommandResult> {
  const { ui } = io;
  const root = await projectRoot(options.dir);
  const { auth: record } = readState(root);
  const unfinished = runDrift(root);
  if (!record) {
    if (unfinished.length === 0) ui.result('Not configured: add-auth has not been run here.');
    for (const { message, fix } of unfinished) ui.warn(message, fix);
    const exit = unfinished.length === 0 ? EXIT.done : EXIT.failed;
    return { exit, json: { configured: false, drift: unfinished } };
  }
  const reader = createReader(root);
  const auth = { ...record, ...(await currentScopes(record, reader))?.map };
  const { detection } = await (await openProject(root)).detect({ isProtected: true });
  const { drift: found, clientIds = {}, unchecked } = await findDrift(root, auth, detection.tools, reader, io);
  const drift = [...unfinished, ...found];
  ui.result([describe(auth), ...describeIds(clientIds)].join('\n'));
  for (const { message, fix } of drift) ui.warn(message, fix);
  if (unchecked) ui.warn(`The provider was not looked at: ${unchecked.message}`, unchecked.fix);
  if (drift.length === 0) {
    ui.success(`Nothing has drifted: code, settings${unchecked ? '' : ', provider'} and state agree.`);
  }
  const { provider, issuer, resource, audience, toolScopes, publicTools, version } = auth;
  return {
    exit: drift.length === 0 ? EXIT.done : EXIT.failed,
    json: {
      configured: true,
      provider: { name: provider, issuer, audience, resource },
      scopes: scopeCatalogue(auth),
      toolScopes,
      publicTools,
      ...(Object.keys(clientIds).length > 0 && { clientIds }),
      version,
      drift,
      ...(unchecked && { unchecked: unchecked.message }),
    },
  };
}

/**
 * Compares the record of the last run with code, settings, generated files and provider.
 * @param auth the record, with the scope map of today: what people have put there is what the provider has to have
 */
async function findDrift(
  root: string,
  auth: AuthRecord,
  tools: Tool[],
  reader: ProjectReader,
  io: Io,
): Promise<Omit<ProviderState, 'env'>> {
  const { env, drift, ...rest } = await compareProvider(root, auth, auth, reader, providerIo(io));
  return {
    drift: [
      ...fileDrift(auth, reader),
      ...envDrift(env, auth, reader),
      ...varsDrift(env, auth, reader),
      ...(await scopeDrift(auth, tools, reader)),
      ...drift,
    ],
    ...rest,
  };
}

function describe({ provider, issuer, resource, audience, toolScopes, publicTools }: AuthRecord): string {
  const width = Math.max(...Object.keys(toolScopes).map((name) => name.length), ...publicTools.map((n) => n.length), 0);
  return [
    `Provider   ${provider}, issuer ${issuer ?? ''}`,
    `Resource   ${resource}`,
    ...(audience === resource ? [] : [`Audience   ${audience}`]),
    'Scopes',
    ...Object.entries(toolScopes).map(
      ([name, list]) => `  ${name.padEnd(width)}  ${list.join(' ') || 'any signed-in user'}`,
    ),
    ...publicTools.map((name) => `  ${name.padEnd(width)}  public`),
  ].join('\n');
}

function describeIds(clientIds: Readonly<Record<string, string>>): string[] {
  const ids = Object.entries(clientIds);
  const width = Math.max(...ids.map(([client]) => client.length), 0);
  return ids.length === 0 ? [] : ['Client ids', ...ids.map(([client, id]) => `  ${client.padEnd(width)}  ${id}`)];
}
