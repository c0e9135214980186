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
import { keycloak } from '../../../../src/providers/keycloak/index.ts';
import {
  NO_WISHES,
  type Connection,
  type ProviderFindings,
  type ProviderInput,
  type ProviderIo,
  type ProviderTarget,
  type Reverted,
} from '../../../../src/providers/types.ts';
import { startFakeKeycloak, type FakeKeycloak } from '../../../fakes/keycloak/index.ts';
import { ADMIN, REALM, type RealmState } from '../../../fakes/keycloak/state.ts';
import { nobody } from '../../../support/providers.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';

/** A power cut is not what is tested here, and waiting for the platter takes most of the time. */
const disk: Disk = { ...nodeDisk, flush: () => undefined, flushDirectory: () => undefined };

/** What a project has of its runs: the state file's records, and the log on disk. */
export class Project {
  readonly root = mkdtempSync(path.join(tmpdir(), 'add-auth-keycloak-'));
  records: RemoteRecords = {};
  /** What was said to the person in the course of it. */
  said: string[] = [];
  realm = REALM;
  io: ProviderIo = { ...nobody, warn: (message) => void this.said.push(message) };

  constructor(readonly fake: FakeKeycloak) {}

  get target(): ProviderTarget {
    return { issuer: `${this.fake.base}/realms/${this.realm}` };
  }

  input(more: Partial<ProviderInput> = {}): ProviderInput {
    const account = { provider: 'keycloak', target: this.target };
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
      env: () => undefined,
      exists: () => false,
      ...more,
    };
  }

  connect(): Connection {
    return keycloak.connect(this.target, this.io);
  }

  look(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    return this.connect().look(this.input(more));
  }

  /** A whole run, as far as the provider is concerned. */
  async run(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    const account = { provider: 'keycloak', target: this.target };
    const connection = this.connect();
    const findings = await connection.look(this.input(more));
    const result = await applyRemote(this.root, account, findings.remote, connection.apply!, disk);
    this.records = mergeRecords(this.records, result.records);
    forgetRemoteLog(this.root, account, disk);
    return findings;
  }

  /** `remove --remote`: everything, the last first. */
  async takeBack(): Promise<Reverted[]> {
    const connection = this.connect();
    const outcomes: Reverted[] = [];
    for (const [id, record] of Object.entries(this.input().recorded).reverse()) {
      outcomes.push(await connection.revert!(id, record));
    }
    return outcomes;
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
      for (const { root } of projects) rmSync(root, { recursive: true, force: true });
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
