import { vi } from 'vitest';
import { cognito } from '../../../../src/providers/cognito/index.ts';
import { startFakeCognito, type FakeCognito } from '../../../fakes/cognito/index.ts';
import { KEYS, POOL, type PoolState } from '../../../fakes/cognito/state.ts';
import { ProviderProject } from '../provider-project.ts';

export const TARGET = { userPool: POOL, region: 'eu-central-1' };

export class Project extends ProviderProject {
  constructor(readonly fake: FakeCognito) {
    super(cognito, TARGET);
  }
}

/** One server for a whole file; each test gets it as new. */
export async function startCognito(): Promise<{ fresh(): Project; close(): Promise<void> }> {
  const fake = await startFakeCognito();
  const projects: Project[] = [];
  return {
    fresh() {
      fake.reset();
      vi.unstubAllEnvs();
      useAws(awsEnv(fake.url));
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

/** What leads AWS's tools to the fake, and nowhere else. */
export function awsEnv(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: url,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SESSION_TOKEN: KEYS.sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
  };
}

/** An environment of AWS with nothing else in it. */
export function useAws(env: Record<string, string>): void {
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  for (const name of new Set([...names, ...Object.keys(env)])) vi.stubEnv(name, env[name]);
}

/** A pool without the ids that differ from run to run. */
export function shape({ resourceServers, clients, styles, ...rest }: PoolState): unknown {
  const nameOf = (id: string): unknown => clients.get(id)?.['ClientName'];
  return structuredClone({
    ...rest,
    resourceServers: Object.fromEntries(resourceServers),
    clients: [...clients.values()].map((one) => ({
      ...one,
      ...(Array.isArray(one['AllowedOAuthScopes']) && { AllowedOAuthScopes: one['AllowedOAuthScopes'].toSorted() }),
      ...(Array.isArray(one['CallbackURLs']) && { CallbackURLs: one['CallbackURLs'].toSorted() }),
    })),
    styles: [...styles.keys()].map(nameOf),
  });
}
