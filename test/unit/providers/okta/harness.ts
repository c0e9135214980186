import { vi } from 'vitest';
import { okta } from '../../../../src/providers/okta/index.ts';
import type { ProviderFindings, ProviderInput } from '../../../../src/providers/types.ts';
import { trustingFetch } from '../../../fakes/auth0/trusting-fetch.ts';
import { startFakeOrg, TOKEN, type FakeOrg } from '../../../fakes/okta/index.ts';
import type { OrgState } from '../../../fakes/okta/state.ts';
import { ProviderProject } from '../provider-project.ts';

export class Project extends ProviderProject {
  constructor(readonly fake: FakeOrg) {
    super(okta, { domain: fake.domain });
  }

  /** The next run knows the issuer. */
  override async run(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    const findings = await super.run(more);
    this.target = { domain: this.fake.domain, issuer: this.env['MCP_AUTH_ISSUER']! };
    return findings;
  }
}

/** One org for a whole file; each test gets it as new. */
export async function startOkta(): Promise<{ fresh(): Project; close(): Promise<void> }> {
  const fake = await startFakeOrg();
  const projects: Project[] = [];
  return {
    fresh() {
      fake.reset();
      vi.stubGlobal('fetch', trustingFetch(fake.caFile));
      vi.stubEnv('OKTA_API_TOKEN', TOKEN);
      projects.push(new Project(fake));
      return projects.at(-1)!;
    },
    close: () => {
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
      for (const project of projects) project.discard();
      return fake.close();
    },
  };
}

/** An org without the ids that differ from run to run; those of applications that are gone mean nothing any more. */
export function shape({ servers, apps }: OrgState): unknown {
  const labelsOf = (client: string): string[] =>
    client === 'ALL_CLIENTS'
      ? [client]
      : apps.filter(({ credentials }) => credentials.oauthClient.client_id === client).map(({ label }) => label);
  return structuredClone({
    servers: servers.map(({ id: _, issuer: __, scopes, policies, ...server }) => ({
      ...server,
      scopes: scopes.map(({ id: ___, ...scope }) => scope),
      policies: policies.map(({ id: ___, rules, conditions, ...policy }) => ({
        ...policy,
        clients: conditions.clients.include.flatMap(labelsOf).sort(),
        rules: rules.map(({ id: ____, ...rule }) => rule),
      })),
    })),
    apps: apps.map(({ id: _, credentials: __, secrets: ___, ...app }) => app),
  });
}
