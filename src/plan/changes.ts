import { buildChanges, type AuthRecord, type FileChange, type RemoteRecords } from '../apply/index.ts';
import type { Packages, Server } from '../languages/types.ts';
import { runsOnWorkers } from '../generate/index.ts';
import type { ProjectReader } from '../project/read.ts';
import { type SettingsFile } from '../project/settings-file.ts';
import { scopeCatalogue } from '../scopes/catalogue.ts';
import type { Edit, Plan } from '../types.ts';
import { stepsOf } from './build.ts';
import { planVars } from './worker-vars.ts';

/** What the files of a plan are joined with. */
export interface ChangesContext {
  reader: ProjectReader;
  record: AuthRecord | undefined;
  settings: SettingsFile;
  packages: Packages;
  server: Server;
}

/**
 * Joins the plan with the project's other files (manifest, settings, ignore file, state) into one list of changes.
 * @returns the list, and the plan cut down to what is really new: on an unchanged project both are empty
 */
export function planChanges(
  plan: Plan,
  { reader, record, packages, server, settings }: ChangesContext,
  version: string,
  remote: RemoteRecords,
): { plan: Plan; files: FileChange[] } {
  const { spec, name } = plan.provider;
  // A manifest may be part of the source: a script with its dependencies in a comment.
  const declared = packages.declare(server, (file) => editedText(plan.edits, file) ?? reader.text(file));
  const isWorker = runsOnWorkers(plan.detection.framework);
  const vars = isWorker ? planVars(plan.env, spec.resource, { reader, owned: record?.vars }) : undefined;
  const edits = [...plan.edits, ...(vars?.edits ?? [])];
  const { files, envConflicts } = buildChanges({
    edits,
    read: (file) => reader.bytes(file),
    env: plan.env,
    settings,
    manifests: declared.files,
    version,
    record: {
      provider: name,
      issuer: spec.issuer,
      resource: spec.resource,
      audience: spec.audience,
      scopes: scopeCatalogue(plan.scopes),
      toolScopes: plan.scopes.toolScopes,
      publicTools: plan.scopes.publicTools,
      baseScopes: plan.scopes.baseScopes,
      remote,
      ...plan.provider.account,
      ...(isWorker && { runtime: 'workers' }),
      ...(vars && vars.names.length > 0 && { vars: vars.names }),
    },
  });
  const isChanged = files.some((file) => file.path === settings);
  const warnings = [
    ...plan.warnings,
    ...envConflicts.map((key) => ({
      message: `${settings} sets ${key} to something else already; that value stays, and the server will use it.`,
      fix: `Take ${key} out of ${settings} and run again to let add-auth set it.`,
    })),
    ...declared.unfit.map(({ path, name: dependency, declared: range, wanted }) => ({
      message: `${path} asks for ${dependency} ${range}, which has no version that fits: the generated code needs ${wanted}.`,
      fix: `Change that range and run again.`,
    })),
  ];
  return {
    files,
    plan: {
      ...plan,
      edits,
      // Said once: whether a person has followed cannot be seen.
      dependencies: [...declared.added, ...(record ? [] : declared.unlisted)],
      env: isChanged ? plan.env : [],
      manual: [...plan.manual, ...declared.manual, ...(vars?.edits ?? []).flatMap(stepsOf)],
      warnings,
    },
  };
}

function editedText(edits: readonly Edit[], file: string): string | undefined {
  const edit = edits.find((each) => each.kind !== 'skip' && each.path === file);
  return edit && edit.kind !== 'skip' ? edit.after : undefined;
}
