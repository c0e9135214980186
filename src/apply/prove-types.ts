import type { Proof } from './proof.ts';
import { assertNoNewErrors, type Diagnosis } from './prove.ts';
import { createProver } from './prover.ts';

/** Proves by the TypeScript compiler: what it says after a run is compared with what it said before. */
export function proofByTypes(root: string): Proof {
  const prover = createProver(root);
  let earlier: Diagnosis | undefined;
  return {
    before: async (paths) => void (earlier = await prover.diagnose(paths)),
    after: async (paths, { uninstalled, signal }) => {
      const found = await prover.diagnose(paths, signal);
      if (earlier) assertNoNewErrors(earlier, found, { uninstalled });
      return { summary: summaryOf(found), missing: found.missing };
    },
    end: () => prover.end(),
  };
}

function summaryOf({ isTyped, missing }: Diagnosis): string {
  if (!isTyped) return 'it parses (plain JavaScript has no types to check)';
  const names = [...missing].sort();
  const shown =
    names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more packages` : names.join(', ');
  return names.length === 0
    ? 'it type-checks as before'
    : `it type-checks as before, as far as that goes without ${shown}`;
}
