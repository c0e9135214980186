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
import { entra } from '../../../../src/providers/entra/index.ts';
import {
  NO_WISHES,
  type Connection,
  type ProviderFindings,
  type ProviderInput,
  type ProviderIo,
  type ProviderTarget,
  type Reverted,
} from '../../../../src/providers/types.ts';
import { startFakeEntra, type FakeEntra } from '../../../fakes/entra/index.ts';
import { TENANT, TOKEN, type App, type TenantState } from '../../../fakes/entra/state.ts';
import { nobody } from '../../../support/providers.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';

/** A power cut is not what is tested here, and waiting for the platter takes most of the time. */
const disk: Disk = { ...nodeDisk, flush: () => undefined, flushDirectory: () => undefined };

/** What a project has of its runs: the state file's records, and the log on disk. */
export class Project {
  readonly root = mkdtempSync(path.join(tmpdir(), 'add-auth-entra-'));
  records: RemoteRecords = {};
  /** Settings that the last run wrote. */
  env: Record<string, string> = {};
  manual: ManualStep[] = [];
  tenant = TENANT;
  io: ProviderIo = nobody;

  constructor(readonly fake: FakeEntra) {}

  get target(): ProviderTarget {
    return { tenant: this.tenant };
  }

  input(more: Partial<ProviderInput> = {}): ProviderInput {
    return {
      resource: RESOURCE,
      scopes: {
        toolScopes: { 'search-tasks': ['read:tasks'], 'create-task': ['write:tasks'] },
        publicTools: [],
        baseScopes: ['read:tasks'],
      },
      provision: true,
      wishes: NO_WISHES,
      recorded: mergeRecords(this.records, readRemoteLog(this.root, this.account, disk)),
      env: (name) => this.env[name],
      exists: () => false,
      ...more,
    };
  }

  get account(): { provider: string; target: ProviderTarget } {
    return { provider: 'entra', target: this.target };
  }

  connect(): Connection {
    return entra.connect(this.target, this.io);
  }

  look(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    return this.connect().look(this.input(more));
  }

  /** A whole run, as far as the provider is concerned. */
  async run(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    const connection = this.connect();
    const findings = await connection.look(this.input(more));
    const result = await applyRemote(this.root, this.account, findings.remote, connection.apply!, disk);
    this.records = mergeRecords(this.records, result.records);
    this.manual = [...(findings.manual ?? []), ...result.manual];
    for (const { name, value, pending } of [...findings.env, ...result.env]) if (!pending) this.env[name] = value;
    forgetRemoteLog(this.root, this.account, disk);
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
      for (const { root } of projects) rmSync(root, { recursive: true, force: true });
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
