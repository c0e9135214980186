import type { RemoteRecord, RemoteStep, Warning } from '../../types.ts';
import type { Applied, Reverted } from '../types.ts';
import type { AdminApi } from './admin.ts';
import type { Realm } from './target.ts';

/** One run's dealings with one realm. */
export interface Session {
  realm: Realm;
  api: AdminApi;
}

/** What a part of the program wants done. */
export interface Planned {
  steps: RemoteStep[];
  warnings: Warning[];
}

/** A kind of step: how it is done and how it is undone. */
export interface Part {
  /** What ids of its steps start with. */
  prefix: string;
  apply(session: Session, step: RemoteStep): Promise<Applied>;
  revert(session: Session, record: RemoteRecord): Promise<Reverted>;
}
