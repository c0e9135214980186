import type { Dependency } from '../types.ts';

/** A package as its own manager writes it: `jose@^6`, `pyjwt[crypto]>=2.10`. */
export function dependencyText({ name, range }: Pick<Dependency, 'name' | 'range'>): string {
  return /^[<>=~!]/.test(range) ? `${name}${range}` : `${name}@${range}`;
}
