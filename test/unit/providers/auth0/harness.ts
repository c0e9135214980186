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
import { auth0 } from '../../../../src/providers/auth0/index.ts';
import {
  NO_WISHES,
  type ProviderFindings,
  type ProviderInput,
  type ProviderIo,
  type ProviderWishes,
  type Reverted,
} from '../../../../src/providers/types.ts';
import type { ScopeMap } from '../../../../src/types.ts';
import { MANAGER_SCOPES } from '../../../fakes/auth0/scopes.ts';
import { startFakeTenant, type FakeTenant } from '../../../fakes/auth0/server.ts';
import { newTenant, type TenantState } from '../../../fakes/auth0/state.ts';
import { trustingFetch } from '../../../fakes/auth0/trusting-fetch.ts';
import { nobody } from '../../../support/providers.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';
export const SCOPES: ScopeMap = {
  toolScopes: { 'search-tasks': ['read:tasks'], 'create-task': ['write:tasks'] },
  publicTools: [],
  baseScopes: ['read:tasks'],
};

/** A power cut is not what is tested here, and waiting for the platter takes most of the time. */
const disk: Disk = { ...nodeDisk, flush: () => undefined, flushDirectory: () => undefined };

/** What a project has of its runs: the state file's records, the log on disk, `.env`. */
export class Project {
  readonly root = mkdtempSync(path.join(tmpdir(), 'add-auth-auth0-'));
  records: RemoteRecords = {};
  env: Record<string, string> = {};
  /** What was said to the person in the course of it. */
  said: string[] = [];
  scopes = SCOPES;
  resource = RESOURCE;

  constructor(readonly tenant: FakeTenant) {}

  get #account(): { provider: string; target: { domain: string } } {
    return { provider: 'auth0', target: { domain: this.tenant.domain } };
  }

  get io(): ProviderIo {
    return { ...nobody, warn: (message) => void this.said.push(message) };
  }

  input(wishes: Partial<ProviderWishes> = {}, more: Partial<ProviderInput> = {}): ProviderInput {
    return {
      resource: this.resource,
      scopes: this.scopes,
      provision: true,
      wishes: { ...NO_WISHES, ...wishes },
      recorded: mergeRecords(this.records, readRemoteLog(this.root, this.#account, disk)),
      env: (name) => this.env[name],
      exists: () => false,
      ...more,
    };
  }

  look(wishes: Partial<ProviderWishes> = {}, io = this.io): Promise<ProviderFindings> {
    return auth0.connect({ domain: this.tenant.domain }, io).look(this.input(wishes));
  }

  /** `--no-provision` */
  lookWithoutRequests(): Promise<ProviderFindings> {
    return auth0.connect({ domain: this.tenant.domain }, this.io).look(this.input({}, { provision: false }));
  }

  /** From now on the token may also do this. */
  allow(...scopes: string[]): void {
    vi.stubEnv('AUTH0_API_TOKEN', this.tenant.token([...MANAGER_SCOPES, ...scopes]));
  }

  /** A whole run, as far as the provider is concerned. */
  async run(wishes: Partial<ProviderWishes> = {}): Promise<ProviderFindings> {
    const connection = auth0.connect({ domain: this.tenant.domain }, this.io);
    const findings = await connection.look(this.input(wishes));
    const result = await applyRemote(this.root, this.#account, findings.remote, connection.apply!, disk);
    this.records = mergeRecords(this.records, result.records);
    for (const { name, value, pending } of [...findings.env, ...result.env]) if (!pending) this.env[name] = value;
    forgetRemoteLog(this.root, this.#account, disk);
    return findings;
  }

  /** `remove --remote`: everything, the last first. */
  async takeBack(): Promise<Reverted[]> {
    const connection = auth0.connect({ domain: this.tenant.domain }, this.io);
    const outcomes: Reverted[] = [];
    for (const [id, record] of Object.entries(this.input().recorded).reverse()) {
      outcomes.push(await connection.revert!(id, record));
    }
    return outcomes;
  }

  discard(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** One server for a whole file; each test gets it with a tenant of its own. */
export async function startTenants(): Promise<{ fresh(state?: TenantState): Project; close(): Promise<void> }> {
  const tenant = await startFakeTenant();
  const projects: Project[] = [];
  return {
    fresh(state = newTenant()) {
      Object.assign(tenant.tenant, structuredClone(state));
      tenant.recorded.length = tenant.violations.length = tenant.faults.length = 0;
      tenant.count = 0;
      tenant.tokens.clear();
      tenant.perSecond = Infinity;
      vi.stubGlobal('fetch', trustingFetch(tenant.caFile));
      vi.stubEnv('AUTH0_API_TOKEN', tenant.token(MANAGER_SCOPES));
      for (const name of ['AUTH0_MGMT_CLIENT_ID', 'AUTH0_MGMT_CLIENT_SECRET']) vi.stubEnv(name, '');
      projects.push(new Project(tenant));
      return projects.at(-1)!;
    },
    close: () => {
      for (const project of projects) project.discard();
      return tenant.close();
    },
  };
}

/** Waits are as short as they can be, whatever was asked for. */
export function hurry(): number[] {
  const waits: number[] = [];
  const patient = globalThis.setTimeout;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => {
    // Timeouts stay as they are.
    if (ms >= 30_000) return patient(run, ms);
    waits.push(ms);
    return patient(run, 1);
  });
  return waits;
}

/** The tenant without what Auth0 itself keeps of a setting that has been set once: its default, spelled out. */
export function comparable({ settings, ...rest }: TenantState): unknown {
  const { dynamic_client_registration_security_mode: _, ...kept } = structuredClone(settings);
  kept['authorization_response_iss_parameter_supported'] ??= false;
  (kept['flags'] as Record<string, unknown>)['enable_dynamic_client_registration'] ??= false;
  return structuredClone({ settings: kept, ...rest });
}
