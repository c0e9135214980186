import { RUNS } from './checks/index.ts';
import type { Evidence } from './evidence.ts';
import { gather, type GatherInput } from './gather/index.ts';
import { runChecks } from './run-checks.ts';
import type { Diagnosis } from './types.ts';

/** Gathers everything, then judges it. */
export async function diagnose(input: GatherInput): Promise<Diagnosis & { evidence: Evidence }> {
  const evidence = await gather(input);
  return { ...runChecks(evidence, RUNS), evidence };
}
