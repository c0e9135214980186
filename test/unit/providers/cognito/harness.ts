import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import {
  applyRemote,
  forgetRemoteLog,
  mergeRecords,
  readRemoteLog,
  type RemoteRecords,
} from '../../../../src/apply/index.ts';
import { nodeDisk, type Disk } from '../../../../src/apply/disk.ts';
import type { ManualStep } from '../../../../src/errors.ts';
import { cognito } from '../../../../src/providers/cognito/index.ts';
import {
  NO_WISHES,
  type Connection,
  type ProviderFindings,
  type ProviderInput,
  type Reverted,
} from '../../../../src/providers/types.ts';
import { startFakeCognito, type FakeCognito } from '../../../fakes/cognito/index.ts';
import { KEYS, POOL, type PoolState } from '../../../fakes/cognito/state.ts';
import { nobody } from '../../../support/providers.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';
export const TARGET = { userPool: POOL, region: 'eu-central-1' };

/** A power cut is not what is tested here, and waiting for the platter takes most of the time. */
const disk: Disk = { ...nodeDisk, flush: () => undefined, flushDirectory: () => undefined };
const account = { provider: 'cognito', target: TARGET };

/** What a project has of its runs: the state file's records, `.env`, and the log on disk. */
export class Project {
  readonly root = mkdtempSync(path.join(tmpdir(), 'add-auth-cognito-'));
  records: RemoteRecords = {};
  env = new Map<string, string>();
  /** What the last run left for people. */
  manual: ManualStep[] = [];

  constructor(readonly fake: FakeCognito) {}

  input(more: Partial<ProviderInput> = {}): ProviderInput {
    return {
      resource: RESOURCE,
      scopes: {
        toolScopes: { 'search-tasks': ['read:tasks'], 'create-task': ['write:tasks'] },
        publicTools: [],
        baseScopes: ['read:tasks', 'write:tasks'],
      },
      provision: true,
      wishes: NO_WISHES,
      recorded: mergeRecords(this.records, readRemoteLog(this.root, account, disk)),
      env: (name) => this.env.get(name),
      exists: () => false,
      ...more,
    };
  }

  connect(): Required<Connection> {
    return cognito.connect(TARGET, nobody) as Required<Connection>;
  }

  look(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    return this.connect().look(this.input(more));
  }

  /** A whole run, as far as the provider is concerned. */
  async run(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    const connection = this.connect();
    const findings = await connection.look(this.input(more));
    const result = await applyRemote(this.root, account, findings.remote, connection.apply, disk);
    this.records = mergeRecords(this.records, result.records);
    for (const { name, value } of [...findings.env, ...result.env]) this.env.set(name, value);
    this.manual = result.manual;
    forgetRemoteLog(this.root, account, disk);
    return findings;
  }

  /** `remove --remote`: everything, the last first. */
  async takeBack(): Promise<Reverted[]> {
    const connection = this.connect();
    const outcomes: Reverted[] = [];
    for (const [id, record] of Object.entries(this.input().recorded).reverse()) {
      outcomes.push(await connection.revert(id, record));
    }
    return outcomes;
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
      for (const { root } of projects) rmSync(root, { recursive: true, force: true });
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
