import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { PrivateFiles } from './private-files.ts';
import type { Report } from './report.ts';

interface Kept {
  payload: AdapterPayload;
  /** Milliseconds since the epoch; absent: for ever. */
  expires?: number;
}

/** What outlives a run, so that a client that has logged in need not do so again after every restart. */
const LASTING = ['Client', 'Grant', 'RefreshToken', 'Session'];
/** Test clients register anew at every start; the oldest unused ones go. */
const MAX_CLIENTS = 500;
const FILE = 'store.json';
const SAVE_AFTER_MS = 50;

/** Everything oidc-provider wants remembered: in memory, and what lasts also in one file. */
export class Store {
  readonly #files: PrivateFiles;
  readonly #report: Report;
  readonly #records = new Map<string, Kept>();
  #pending: NodeJS.Timeout | undefined;

  constructor(files: PrivateFiles, report: Report) {
    this.#files = files;
    this.#report = report;
    const records = files.read(FILE);
    if (typeof records === 'object' && records !== null) {
      for (const [key, kept] of Object.entries(records as Record<string, Kept>)) this.#records.set(key, kept);
    }
  }

  adapter = (model: string): Adapter => new StoreAdapter(model, this);

  get(key: string): AdapterPayload | undefined {
    const kept = this.#records.get(key);
    return kept && !isExpired(kept) ? kept.payload : undefined;
  }

  set(key: string, payload: AdapterPayload, expiresIn?: number): void {
    this.#records.delete(key);
    this.#records.set(key, expiresIn ? { payload, expires: Date.now() + expiresIn * 1000 } : { payload });
    this.#changed(key);
  }

  update(key: string, change: Partial<AdapterPayload>): void {
    const kept = this.#records.get(key);
    if (!kept) return;
    kept.payload = { ...kept.payload, ...change };
    this.#changed(key);
  }

  delete(key: string): void {
    if (this.#records.delete(key)) this.#changed(key);
  }

  *entries(model: string): Generator<[string, AdapterPayload]> {
    for (const [key, kept] of this.#records) {
      if (key.startsWith(`${model}:`) && !isExpired(kept)) yield [key, kept.payload];
    }
  }

  *grantMembers(grantId: string): Generator<string> {
    for (const [key, { payload }] of this.#records) if (payload.grantId === grantId) yield key;
  }

  /** Writes what is not yet written. */
  flush(): void {
    if (this.#pending === undefined) return;
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#prune();
    const lasting = [...this.#records].filter(([key]) => isLasting(key));
    try {
      this.#files.write(FILE, Object.fromEntries(lasting));
    } catch (error) {
      this.#report.warn(`Logins will not survive a restart: ${(error as Error).message}`);
    }
  }

  #changed(key: string): void {
    if (isLasting(key)) this.#pending ??= setTimeout(() => this.flush(), SAVE_AFTER_MS);
  }

  #prune(): void {
    for (const [key, kept] of this.#records) if (isExpired(kept)) this.#records.delete(key);
    const used = new Set([...this.entries('Grant')].map(([, { clientId }]) => `Client:${clientId}`));
    const unused = [...this.#records.keys()].filter((key) => key.startsWith('Client:') && !used.has(key));
    for (const key of unused.slice(0, Math.max(0, unused.length - MAX_CLIENTS))) this.#records.delete(key);
  }
}

const isLasting = (key: string): boolean => LASTING.includes(key.slice(0, key.indexOf(':')));
const isExpired = ({ expires }: Kept): boolean => expires !== undefined && expires <= Date.now();

/** One kind of record, in the interface of oidc-provider. */
class StoreAdapter implements Adapter {
  readonly #model: string;
  readonly #store: Store;

  constructor(model: string, store: Store) {
    this.#model = model;
    this.#store = store;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    this.#store.set(this.#key(id), payload, expiresIn);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#store.get(this.#key(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findBy((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findBy((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    this.#store.update(this.#key(id), { consumed: Math.floor(Date.now() / 1000) });
  }

  async destroy(id: string): Promise<void> {
    this.#store.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of [...this.#store.grantMembers(grantId)]) this.#store.delete(key);
  }

  #findBy(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [, payload] of this.#store.entries(this.#model)) if (matches(payload)) return payload;
    return undefined;
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }
}
