import { vi } from 'vitest';
import { entra } from '../../../../src/providers/entra/index.ts';
import { startFakeEntra, type FakeEntra } from '../../../fakes/entra/index.ts';
import { TENANT, TOKEN, type App, type TenantState } from '../../../fakes/entra/state.ts';
import { ProviderProject } from '../provider-project.ts';

export class Project extends ProviderProject {
  constructor(readonly fake: FakeEntra) {
    super(entra, { tenant: TENANT });
  }

  /** The application with this name or the tests' only API. */
  app(start = 'MCP server'): App {
    return this.fake.tenant.apps.find(({ displayName }) => displayName.startsWith(start))!;
  }
}

/** One server for a whole file; each test gets it as new. */
export async function startEntra(): Promise<{ fresh(): Project; close(): Promise<void> }> {
  const fake = await startFakeEntra();
  const projects: Project[] = [];
  return {
    fresh() {
      fake.reset();
      vi.stubEnv('AZURE_ACCESS_TOKEN', TOKEN);
      vi.stubEnv('AZURE_AUTHORITY_HOST', fake.origin);
      vi.stubEnv('AZURE_GRAPH_URL', fake.origin);
      projects.push(new Project(fake));
      return projects.at(-1)!;
    },
    close: () => {
      vi.unstubAllEnvs();
      for (const project of projects) project.discard();
      return fake.close();
    },
  };
}

/** A tenant without the ids that differ from run to run. */
export function shape({ apps, principals }: TenantState): unknown {
  const names = new Map(apps.map(({ appId, displayName }) => [appId, displayName]));
  const scopes = new Map(apps.flatMap(({ api }) => api.oauth2PermissionScopes.map(({ id, value }) => [id, value])));
  const text = JSON.stringify({
    apps: apps.map(({ id: _, ...app }) => app).sort((a, b) => (a.displayName < b.displayName ? -1 : 1)),
    principals: principals.map(({ appId }) => appId).sort(),
  });
  return JSON.parse(
    text.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, (id) => names.get(id) ?? scopes.get(id) ?? id),
    (key, value: unknown) => (key === 'principals' ? (value as string[]).sort() : value),
  );
}
