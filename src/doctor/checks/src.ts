import type { CheckId } from '../ids.ts';
import type { Run } from '../run-checks.ts';
import { pass, skip, type Finding } from '../types.ts';

type SourceId = Extract<CheckId, `src.${string}`>;

/** What was found in the source comes ready made from src/doctor/static; here it only becomes a finding. */
const check =
  (id: SourceId): Run =>
  ({ project }): Finding => {
    const source = project?.source;
    if (!source?.looked.includes(id)) return skip('Not checked in this project.');
    const problems = source.problems.filter((problem) => problem.id === id);
    const worst = problems.find(({ level }) => level === 'fail') ?? problems[0];
    if (!worst) return pass('Nothing found.');
    const places = problems.map(({ file, line, detail }) => `${file}:${line} ${detail}`);
    return {
      status: worst.level,
      detail: `${worst.file}:${worst.line} ${worst.detail}`,
      evidence: { places },
      fix: worst.fix,
    };
  };

const IDS = [
  'src.versions',
  'src.prm-route',
  'src.challenge',
  'src.middleware-order',
  'src.verifier-errors',
  'src.verifier-expiry',
  'src.verifier-claims',
  'src.scopes-kw',
  'src.host-guard',
  'src.proxy-trust',
  'src.cors',
  'src.mount',
  'src.lifespan',
  'src.session-store',
] as const satisfies readonly SourceId[];

export const SRC = Object.fromEntries(IDS.map((id) => [id, check(id)])) as Record<(typeof IDS)[number], Run>;
