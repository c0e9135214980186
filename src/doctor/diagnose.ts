import { RUNS } from './checks/index.ts';
import type { Evidence } from './evidence.ts';
import { gather, type GatherInput } from './gather/index.ts';
import { runChecks } from './run-checks.ts';
import type { Diagnosis } from './types.ts';

export type Examined = Diagnosis & { evidence: Evidence };

/** Gathers everything, then judges it. */
export async function diagnose(input: GatherInput): Promise<Examined> {
  const evidence = await gather(input);
  return { ...runChecks(evidence, RUNS), evidence };
}
