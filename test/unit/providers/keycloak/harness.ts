import { vi } from 'vitest';
import { keycloak } from '../../../../src/providers/keycloak/index.ts';
import { startFakeKeycloak, type FakeKeycloak } from '../../../fakes/keycloak/index.ts';
import { ADMIN, REALM, type RealmState } from '../../../fakes/keycloak/state.ts';
import { ProviderProject } from '../provider-project.ts';

export class Project extends ProviderProject {
  constructor(readonly fake: FakeKeycloak) {
    super(keycloak, {});
    this.useRealm(REALM);
  }

  useRealm(name: string): void {
    this.target = { issuer: `${this.fake.base}/realms/${name}` };
  }
}

/** One server for a whole file; each test gets it as new. */
export async function startKeycloak(): Promise<{ fresh(): Project; close(): Promise<void> }> {
  const fake = await startFakeKeycloak();
  const projects: Project[] = [];
  return {
    fresh() {
      fake.reset();
      vi.unstubAllGlobals();
      for (const name of ['KEYCLOAK_ACCESS_TOKEN', 'KEYCLOAK_ADMIN_URL']) vi.stubEnv(name, '');
      vi.stubEnv('KEYCLOAK_ADMIN_USER', ADMIN.user);
      vi.stubEnv('KEYCLOAK_ADMIN_PASSWORD', ADMIN.password);
      projects.push(new Project(fake));
      return projects.at(-1)!;
    },
    close: () => {
      for (const project of projects) project.discard();
      return fake.close();
    },
  };
}

/** A realm without the ids that differ from run to run. */
export function shape({ scopes, optional, standard, policies, ...rest }: RealmState): unknown {
  const nameOf = (id: string): string | undefined => scopes.find((one) => one.id === id)?.name;
  return structuredClone({
    ...rest,
    scopes: scopes
      .map(({ id: _, protocolMappers, ...scope }) => ({
        ...scope,
        protocolMappers: protocolMappers.map(({ id: __, ...mapper }) => mapper),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    optional: optional.map(nameOf).sort(),
    standard: standard.map(nameOf).sort(),
    policies: policies.map(({ id: _, ...policy }) => policy),
  });
}
