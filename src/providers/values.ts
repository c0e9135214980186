import type { RemoteRecord } from '../types.ts';

/** Settings by the name they have in the preview and the state file: `flags.enable_…`, `scopes.read:tasks`. */
export type Values = Record<string, unknown>;

/** The items of a list as settings, each by its own name. */
export const itemsOf = (prefix: string, list: readonly string[] = []): Values =>
  Object.fromEntries(list.map((item) => [prefix + item, true]));

/** A list with the items that settings of this prefix add, and without those that they take out (`null`). */
export function withItems(list: readonly string[] = [], values: Values, prefix: string): string[] {
  const items = new Set(list);
  for (const [name, value] of Object.entries(values)) {
    if (!name.startsWith(prefix)) continue;
    if (value === null) items.delete(name.slice(prefix.length));
    else items.add(name.slice(prefix.length));
  }
  return [...items];
}

/** The settings that are not as wanted, before and after; `undefined` when there are none. */
export function difference(have: Values, want: Values): { have: Values; want: Values } | undefined {
  const names = Object.keys(want).filter((name) => (have[name] ?? null) !== want[name]);
  if (names.length === 0) return undefined;
  const pick = (values: Values): Values =>
    Object.fromEntries(names.flatMap((name) => ((values[name] ?? null) === null ? [] : [[name, values[name]]])));
  return { have: pick(have), want: pick(want) };
}

/**
 * The settings to put back: those that still are what add-auth made of them.
 * @returns `back` with the values from before (`null`: it was not set), `changed` with names that somebody else changed
 */
export function putBack(
  current: Values,
  { before = {}, after = {} }: RemoteRecord,
): { back: Values; changed: string[] } {
  const names = Object.keys(after).filter((name) => (before[name] ?? null) !== (current[name] ?? null));
  const isOurs = (name: string): boolean => (current[name] ?? null) === after[name];
  return {
    back: Object.fromEntries(names.filter(isOurs).map((name) => [name, before[name] ?? null])),
    changed: names.filter((name) => !isOurs(name)),
  };
}
