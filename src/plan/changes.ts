import { buildChanges, type AuthRecord, type FileChange, type RemoteRecords } from '../apply/index.ts';
import type { Packages, Server } from '../languages/types.ts';
import type { ProjectReader } from '../project/read.ts';
import { scopeCatalogue } from '../scopes/catalogue.ts';
import type { Edit, Plan } from '../types.ts';

/** What the files of a plan are joined with. */
export interface ChangesContext {
  reader: ProjectReader;
  record: AuthRecord | undefined;
  packages: Packages;
  server: Server;
}

/**
 * Joins the plan with the project's other files (manifest, `.env`, ignore file, state) into one list of changes.
 * @returns the list, and the plan cut down to what is really new: on an unchanged project both are empty
 */
export function planChanges(
  plan: Plan,
  { reader, record, packages, server }: ChangesContext,
  version: string,
  remote: RemoteRecords,
): { plan: Plan; files: FileChange[] } {
  const { spec, name } = plan.provider;
  // A manifest may be part of the source: a script with its dependencies in a comment.
  const declared = packages.declare(server, (file) => editedText(plan.edits, file) ?? reader.text(file));
  const { files, envConflicts } = buildChanges({
    edits: plan.edits,
    read: (file) => reader.bytes(file),
    env: plan.env,
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
    },
  });
  const isChanged = files.some((file) => file.path === '.env');
  const warnings = [
    ...plan.warnings,
    ...envConflicts.map((key) => ({
      message: `.env sets ${key} to something else already; that value stays, and the server will use it.`,
      fix: `Take ${key} out of .env and run again to let add-auth set it.`,
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
      // Said once: whether a person has followed cannot be seen.
      dependencies: [...declared.added, ...(record ? [] : declared.unlisted)],
      env: isChanged ? plan.env : [],
      manual: [...plan.manual, ...declared.manual],
      warnings,
    },
  };
}

function editedText(edits: readonly Edit[], file: string): string | undefined {
  const edit = edits.find((each) => each.kind !== 'skip' && each.path === file);
  return edit && edit.kind !== 'skip' ? edit.after : undefined;
}
