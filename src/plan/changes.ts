import { buildChanges, type AuthRecord, type FileChange, type RemoteRecords } from '../apply/index.ts';
import type { ProjectReader } from '../project/read.ts';
import type { ProjectSnapshot } from '../project/snapshot.ts';
import { scopeCatalogue } from '../scopes/catalogue.ts';
import type { Plan } from '../types.ts';
import { undeclared } from './dependencies.ts';

/**
 * Joins the plan with the project's other files (manifest, `.env`, ignore file, state) into one list of changes.
 * @returns the list, and the plan cut down to what is really new: on an unchanged project both are empty
 */
export function planChanges(
  plan: Plan,
  project: { reader: ProjectReader; record: AuthRecord | undefined; snapshot: Pick<ProjectSnapshot, 'manifest'> },
  version: string,
  remote: RemoteRecords,
): { plan: Plan; files: FileChange[] } {
  const { spec, name } = plan.provider;
  const { files, envConflicts, tooOld } = buildChanges({
    edits: plan.edits,
    read: (file) => project.reader.bytes(file),
    env: plan.env,
    dependencies: plan.dependencies,
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
    ...tooOld.map(({ name: dependency, declared: range }) => ({
      message: `package.json asks for ${dependency} ${range}, which is too old for the generated code.`,
      fix: `Raise ${dependency} and run again.`,
    })),
  ];
  const dependencies = undeclared(plan.dependencies, project.snapshot.manifest);
  return { files, plan: { ...plan, dependencies, env: isChanged ? plan.env : [], warnings } };
}
