import type { AdminApi } from './admin.ts';
import type { Realm } from './target.ts';

/** One run's dealings with one realm. */
export interface Session {
  realm: Realm;
  api: AdminApi;
}
