import type { Run } from '../run-checks.ts';
import type { SourceId } from '../static/types.ts';
import { pass, skip, type Finding } from '../types.ts';

/** What was found in the source comes ready made from src/doctor/static; here it only becomes a finding. */
const check =
  (id: SourceId, whatFor: string): Run =>
  ({ project, live }): Finding => {
    const source = project?.source;
    if (!source) return skip('Not checked: the source was not read.');
    const seen = source.looked[id];
    if (seen === undefined) return skip(source.whyNot ?? `Not checked: ${whatFor}`);
    const problems = source.problems.filter((problem) => problem.id === id);
    const worst = problems.find(({ level }) => level === 'fail') ?? problems[0];
    if (!worst) return pass(seen);
    // A gateway in front, or a gate that was not recognised.
    if (id === 'src.middleware-order' && source.hasNoGate && live?.mcp.initialize.status === 401)
      return pass('The server asks for a token; what does it is not in this source.');
    return {
      ...(id === 'src.middleware-order' && source.hasNoGate && { title: 'The server asks for a token' }),
      status: worst.level,
      detail: `${worst.file}:${worst.line} ${worst.detail}`,
      evidence: { places: problems.map(({ file, line, detail }) => `${file}:${line} ${detail}`) },
      fix: worst.fix,
    };
  };

/** Each check of the source, with what has to be there for it to have something to say. */
const CHECKS = {
  'src.versions': 'no MCP package of a known version was found.',
  'src.prm-route': 'no verification of tokens and no metadata were found in the source.',
  'src.challenge': 'no code that answers 401 was found in the source.',
  'src.middleware-order': 'no gate was found in front of a route that leads to MCP; a gateway may stand elsewhere.',
  'src.verifier-errors': 'no verifier whose errors matter to the framework was found.',
  'src.verifier-expiry': 'no verifier that hands on an expiry was found.',
  'src.verifier-claims': 'no verification of tokens by a known library was found.',
  'src.scopes-kw': 'no scopes were found in the source.',
  'src.host-guard': 'no host guard was found in the source.',
  'src.proxy-trust': 'no code that makes metadata was found in the source.',
  'src.cors': 'no CORS settings were found in the source.',
  'src.mount': 'no mounted MCP app was found in the source.',
  'src.lifespan': 'no mounted MCP app was found in the source.',
  'src.session-store': 'no sessions in memory were found in the source.',
} as const satisfies Record<SourceId, string>;

export const SRC = Object.fromEntries(
  Object.entries(CHECKS).map(([id, whatFor]) => [id, check(id as SourceId, whatFor)]),
) as Record<SourceId, Run>;
