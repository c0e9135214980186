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
import { okta } from '../../../../src/providers/okta/index.ts';
import {
  NO_WISHES,
  type ProviderFindings,
  type ProviderInput,
  type ProviderIo,
  type ProviderTarget,
  type Reverted,
} from '../../../../src/providers/types.ts';
import { trustingFetch } from '../../../fakes/auth0/trusting-fetch.ts';
import { startFakeOrg, TOKEN, type FakeOrg } from '../../../fakes/okta/index.ts';
import type { OrgState } from '../../../fakes/okta/state.ts';
import { nobody } from '../../../support/providers.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';

/** A power cut is not what is tested here, and waiting for the platter takes most of the time. */
const disk: Disk = { ...nodeDisk, flush: () => undefined, flushDirectory: () => undefined };

/** What a project has of its runs: the state file's records and issuer, the log on disk, `.env`. */
export class Project {
  readonly root = mkdtempSync(path.join(tmpdir(), 'add-auth-okta-'));
  records: RemoteRecords = {};
  env: Record<string, string> = {};
  /** What was said to the person in the course of it. */
  said: string[] = [];
  /** What steps left to people. */
  manual: ManualStep[] = [];
  target: ProviderTarget;
  resource = RESOURCE;
  toolScopes: Record<string, string[]> = { 'search-tasks': ['read:tasks'], 'create-task': ['write:tasks'] };

  constructor(readonly fake: FakeOrg) {
    this.target = { domain: fake.domain };
  }

  get io(): ProviderIo {
    return { ...nobody, warn: (message) => void this.said.push(message) };
  }

  get #account(): { provider: string; target: ProviderTarget } {
    return { provider: 'okta', target: this.target };
  }

  input(more: Partial<ProviderInput> = {}): ProviderInput {
    return {
      resource: this.resource,
      scopes: { toolScopes: this.toolScopes, publicTools: [], baseScopes: ['read:tasks'] },
      provision: true,
      wishes: NO_WISHES,
      recorded: mergeRecords(this.records, readRemoteLog(this.root, this.#account, disk)),
      env: (name) => this.env[name],
      exists: () => false,
      ...more,
    };
  }

  look(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    return okta.connect(this.target, this.io).look(this.input(more));
  }

  /** A whole run, as far as the provider is concerned; the next one knows the issuer. */
  async run(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    const connection = okta.connect(this.target, this.io);
    const input = this.input(more);
    const findings = await connection.look(input);
    const result = await applyRemote(this.root, this.#account, findings.remote, connection.apply!, disk);
    this.records = mergeRecords(input.recorded, result.records);
    this.manual = result.manual;
    forgetRemoteLog(this.root, this.#account, disk);
    for (const { name, value, pending } of [...findings.env, ...result.env]) if (!pending) this.env[name] = value;
    this.target = { domain: this.fake.domain, issuer: this.env['MCP_AUTH_ISSUER']! };
    return findings;
  }

  /** `remove --remote`: everything, the last first. */
  async takeBack(): Promise<Reverted[]> {
    const connection = okta.connect(this.target, this.io);
    const outcomes: Reverted[] = [];
    for (const [id, record] of Object.entries(this.input().recorded).reverse()) {
      outcomes.push(await connection.revert!(id, record));
    }
    return outcomes;
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
      for (const { root } of projects) rmSync(root, { recursive: true, force: true });
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
