import type { CodeModel } from '../model.ts';
import { Identifiers } from '../shared/identifiers.ts';

const known = new WeakMap<CodeModel, Identifiers>();

/** The identifiers of a model, read once for all adapters. */
export function identifiersOf(model: CodeModel): Identifiers {
  const identifiers = known.get(model) ?? new Identifiers(model);
  known.set(model, identifiers);
  return identifiers;
}
