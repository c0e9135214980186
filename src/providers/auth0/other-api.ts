import { createHash } from 'node:crypto';
import type { RemoteRecord } from '../../types.ts';

/** Steps about one API; the others are about the tenant. */
const OF_API = ['auth0.resource-server', 'auth0.client-grant', 'auth0.test-client', 'auth0.mcp-client', 'auth0.role'];
const MARK = '.~';

type Records = Readonly<Record<string, RemoteRecord>>;

/**
 * A project that moves to another URL gets another API, and what was made for the first must not be forgotten: the steps
 * about the second have ids with a suffix.
 * @param ref of the API that is there for the URL of today, if any
 * @returns the suffix, empty for a project that never moved
 */
export function suffixFor(recorded: Records, audience: string, ref: string | undefined): string {
  const first = recorded['auth0.resource-server'];
  if (first === undefined || first.ref === ref) return '';
  return MARK + createHash('sha256').update(audience).digest('hex').slice(0, 8);
}

/** The id that the state file has. */
export const withSuffix = (id: string, suffix: string): string => (isOfApi(id) ? id + suffix : id);

/** The id that the parts of the program know. */
export const withoutSuffix = (id: string): string => id.split(MARK)[0] ?? id;

/** The records as if the project had always had the API of today. */
export function recordsFor(recorded: Records, suffix: string): Records {
  const ofToday = Object.entries(recorded).filter(
    ([id]) => !isOfApi(id) || withSuffix(withoutSuffix(id), suffix) === id,
  );
  return Object.fromEntries(ofToday.map(([id, record]) => [withoutSuffix(id), record]));
}

const isOfApi = (id: string): boolean => OF_API.some((start) => id.startsWith(start));
