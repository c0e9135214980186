import { isDeepStrictEqual } from 'node:util';
import { NO_WISHES, type ProviderWishes } from './types.ts';

/** What the state file keeps of them: what differs from the defaults. Consent to new keys or a new realm counts once. */
export type RememberedWishes = Partial<Omit<ProviderWishes, 'rotateKeys' | 'createRealm'>>;

/** What options say now, with what they said in earlier runs. */
export function mergeWishes(given: ProviderWishes, remembered: RememberedWishes = {}): ProviderWishes {
  const connections = given.connections ?? remembered.connections;
  return {
    ...given,
    ...(connections && { connections }),
    rbac: given.rbac || remembered.rbac === true,
    testClient: given.testClient && remembered.testClient !== false,
    callbacks: [...new Set([...(remembered.callbacks ?? []), ...given.callbacks])],
  };
}

/** The part worth remembering, `undefined` when all is default. */
export function toRemember({
  rotateKeys: _,
  createRealm: __,
  ...wishes
}: ProviderWishes): RememberedWishes | undefined {
  const defaults: RememberedWishes = NO_WISHES;
  const entries = Object.entries(wishes).filter(([key, value]) => {
    return !isDeepStrictEqual(value, defaults[key as keyof RememberedWishes]);
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
