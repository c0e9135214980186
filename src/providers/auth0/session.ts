import { isRecord } from '../../is-record.ts';
import type { RemoteRecord, RemoteStep } from '../../types.ts';
import type { Applied, ProviderIo, Reverted } from '../types.ts';
import { ApiError } from './api-error.ts';
import type { ManagementApi } from './management.ts';

export type { Planned } from '../parts.ts';
export { difference, putBack, type Values } from '../values.ts';

/** One run's dealings with one tenant. */
export interface Session {
  domain: string;
  api: ManagementApi;
  io: ProviderIo;
  /** Ids that came of steps of this run, for the steps after them. */
  refs: Map<string, string>;
  /** `undefined` when the token does not say what it may do. */
  scopes: ReadonlySet<string> | undefined;
}

/** A kind of step: how it is done and how it is undone. */
export interface Part {
  apply(session: Session, step: RemoteStep): Promise<Applied>;
  revert(session: Session, id: string, record: RemoteRecord): Promise<Reverted>;
}

/**
 * Waits for an answer of the API.
 * @param operation for the message, to follow `could not`: `create the API https://…`
 * @throws ApiError
 */
export async function call<T>(operation: string, request: PromiseLike<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw asApiError(operation, error);
  }
}

/** The same for an object that may not be there. */
export async function callOptional<T>(operation: string, request: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await call(operation, request);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Waits for something to be deleted.
 * @returns whether it was there, as far as the API tells: many deletions succeed either way
 */
export async function deleted(operation: string, request: PromiseLike<unknown>): Promise<boolean> {
  try {
    await call(operation, request);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

function asApiError(operation: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ApiError) return error;
  const { statusCode, body } = error as { statusCode?: unknown; body?: unknown };
  // What the library has no name for is a bug of ours.
  if (typeof statusCode !== 'number' && !error.name.startsWith('Management')) return error;
  const text = (name: string): string => {
    const value = isRecord(body) ? body[name] : undefined;
    return typeof value === 'string' ? value : '';
  };
  if (typeof statusCode !== 'number') return new ApiError(operation, 0, error.message);
  return new ApiError(operation, statusCode, text('message') || text('error'), text('errorCode'));
}

const PAGE = 50;
/** More pages than any tenant has; an API that never stops would keep us for ever. */
const MAX_PAGES = 1000;

/** All items of a list with checkpoints (`take`, `from`, `next`). */
export async function checkpointList<T>(
  operation: string,
  key: string,
  page: (query: { take: number; from?: string }) => PromiseLike<{ response: unknown }>,
): Promise<T[]> {
  const items: T[] = [];
  let from: string | undefined;
  for (let count = 0; count < MAX_PAGES; count++) {
    const { response } = await call(operation, page({ take: PAGE, ...(from !== undefined && { from }) }));
    items.push(...itemsOf<T>(response, key));
    const next = isRecord(response) ? response['next'] : undefined;
    if (typeof next !== 'string' || next === '' || next === from) return items;
    from = next;
  }
  return items;
}

/** All items of a list with page numbers (`page`, `per_page`). */
export async function numberedList<T>(
  operation: string,
  key: string,
  page: (query: { page: number; per_page: number; include_totals: true }) => PromiseLike<{ response: unknown }>,
): Promise<T[]> {
  const items: T[] = [];
  for (let number = 0; number < MAX_PAGES; number++) {
    const { response } = await call(operation, page({ page: number, per_page: PAGE, include_totals: true }));
    const more = itemsOf<T>(response, key);
    items.push(...more);
    const total = isRecord(response) && typeof response['total'] === 'number' ? response['total'] : Infinity;
    // A page may be shorter than we asked for; an empty one is the end.
    if (more.length === 0 || items.length >= total || (total === Infinity && more.length < PAGE)) return items;
  }
  return items;
}

/** Lists come bare or wrapped, depending on how they are asked for. */
function itemsOf<T>(response: unknown, key: string): T[] {
  const items = isRecord(response) ? response[key] : response;
  return Array.isArray(items) ? (items as T[]) : [];
}
