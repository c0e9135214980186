import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  applyRemote,
  forgetRemoteLog,
  mergeRecords,
  readRemoteLog,
  type RemoteRecords,
} from '../../../src/apply/index.ts';
import { nodeDisk, type Disk } from '../../../src/apply/disk.ts';
import type { ManualStep } from '../../../src/errors.ts';
import type {
  Connection,
  Provider,
  ProviderFindings,
  ProviderInput,
  ProviderIo,
  ProviderTarget,
  Reverted,
} from '../../../src/providers/types.ts';
import type { ScopeMap } from '../../../src/types.ts';
import { nobody, plainInput } from '../../support/providers.ts';

export const RESOURCE = 'https://mcp.example.com/mcp';

/** A power cut is not what is tested here, and waiting for the platter takes most of the time. */
const disk: Disk = { ...nodeDisk, flush: () => undefined, flushDirectory: () => undefined };

/** What a project has of its runs, as far as a provider is concerned: the state file's records, `.env`, the log on disk. */
export class ProviderProject {
  readonly root: string;
  records: RemoteRecords = {};
  env: Record<string, string> = {};
  /** What was said to the person in the course of it. */
  said: string[] = [];
  /** What steps left to people. */
  manual: ManualStep[] = [];
  resource = RESOURCE;
  scopes: ScopeMap = {
    toolScopes: { 'search-tasks': ['read:tasks'], 'create-task': ['write:tasks'] },
    publicTools: [],
    baseScopes: ['read:tasks', 'write:tasks'],
  };
  io: ProviderIo = { ...nobody, warn: (message) => void this.said.push(message) };

  constructor(
    readonly provider: Provider,
    public target: ProviderTarget,
  ) {
    this.root = mkdtempSync(path.join(tmpdir(), `add-auth-${provider.id}-`));
  }

  get account(): { provider: string; target: ProviderTarget } {
    return { provider: this.provider.id, target: this.target };
  }

  input(more: Partial<ProviderInput> = {}): ProviderInput {
    return {
      ...plainInput,
      resource: this.resource,
      scopes: this.scopes,
      recorded: mergeRecords(this.records, readRemoteLog(this.root, this.account, disk)),
      env: (name) => this.env[name],
      ...more,
    };
  }

  connect(): Required<Connection> {
    return this.provider.connect(this.target, this.io) as Required<Connection>;
  }

  look(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    return this.connect().look(this.input(more));
  }

  /** A whole run, as far as the provider is concerned. */
  async run(more: Partial<ProviderInput> = {}): Promise<ProviderFindings> {
    const connection = this.connect();
    const input = this.input(more);
    const findings = await connection.look(input);
    const result = await applyRemote(this.root, this.account, findings.remote, connection.apply, disk);
    this.records = mergeRecords(input.recorded, result.records);
    this.manual = result.manual;
    for (const { name, value, pending } of [...findings.env, ...result.env]) if (!pending) this.env[name] = value;
    forgetRemoteLog(this.root, this.account, disk);
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

  discard(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
