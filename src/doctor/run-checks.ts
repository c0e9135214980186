import { serverAtRest } from './at-rest.ts';
import type { Evidence } from './evidence.ts';
import { CHECK_IDS, CHECKS, groupOf, type CheckId, type Need } from './ids.ts';
import { brokenLogin } from './login-evidence.ts';
import { clientRules } from './profiles/rules.ts';
import { skip, type CheckResult, type Diagnosis, type Earlier, type Finding } from './types.ts';

/** A check: pure, from the evidence and what was found before. */
export type Run = (evidence: Evidence, earlier: Earlier) => Finding;
export type Runs = Readonly<Record<CheckId, Run>>;

/**
 * Judges the evidence. A check runs after those it requires; where one of them has failed it is `skip` and names the
 * one that failed first, so that one cause gives one finding.
 */
export function runChecks(evidence: Evidence, runs: Runs): Diagnosis {
  const results = new Map<CheckId, CheckResult>();
  const earlier: Earlier = { of: evaluate, failed: (id) => evaluate(id).status === 'fail' };

  function evaluate(id: CheckId): CheckResult {
    const known = results.get(id);
    if (known) return known;
    const result = { id, group: groupOf(id), title: CHECKS[id].title, ...judge(id) };
    results.set(id, result);
    return result;
  }

  function judge(id: CheckId): Finding {
    const { requires, needs } = CHECKS[id];
    const blocker = (requires as CheckId[]).map(evaluate).flatMap(blockerOf)[0];
    if (blocker) return skip(`Waits for ${blocker}.`, blocker);
    const broken = brokenLogin(id, evidence.login);
    if (broken) return broken;
    const atRest = serverAtRest(id, evidence);
    if (atRest) return atRest;
    const missing = needs.map((need) => missingReason(need, evidence)).find((reason) => reason !== undefined);
    if (missing !== undefined) return skip(missing);
    return weigh(id, runs[id](evidence, earlier), evidence);
  }

  for (const id of CHECK_IDS) evaluate(id);
  const checks = merge(CHECK_IDS.map(evaluate));
  return { target: evidence.target, checks, rootCauses: rootCauses(checks, evidence.atRest !== undefined) };
}

function blockerOf(result: CheckResult): CheckId[] {
  if (result.status === 'fail') return [result.id];
  return result.status === 'skip' && result.blockedBy ? [result.blockedBy] : [];
}

/** What one client forgives, another refuses. */
function weigh(id: CheckId, finding: Finding, { options }: Evidence): Finding {
  if (options.client === undefined) return finding;
  const { refuses, forgives } = clientRules(options.client);
  if (finding.status === 'warn' && refuses.includes(id)) return { ...finding, status: 'fail' };
  if (finding.status === 'fail' && forgives.includes(id)) return { ...finding, status: 'warn' };
  return finding;
}

function missingReason(need: Need, evidence: Evidence): string | undefined {
  switch (need) {
    case 'project':
      return evidence.project ? undefined : 'Not checked: give a project directory to have its code and .env read.';
    case 'live':
      return evidence.live ? undefined : (evidence.whyNotLive ?? 'Not checked: no server was asked.');
    case 'as':
      return evidence.as ? undefined : (evidence.whyNotLive ?? 'Not checked: no authorization server is known.');
    case 'token':
      return evidence.token ? undefined : 'Not checked: give a token with --token, or log in with --login.';
    case 'register':
      return evidence.options.register ? undefined : 'Not checked: --register allows to register a client for it.';
  }
}

/** A finding in the source that explains a failure seen from outside is its cause; the failure is its evidence. */
function merge(checks: CheckResult[]): CheckResult[] {
  const failed = new Set(checks.filter(({ status }) => status === 'fail').map(({ id }) => id));
  const causeOf = (result: CheckResult): CheckId | undefined =>
    result.status === 'fail'
      ? (CHECKS[result.id].explainedBy as CheckId[]).find((cause) => failed.has(cause))
      : undefined;
  const merged = new Map(checks.flatMap((check) => causeOf(check) ?? []).map((cause) => [cause, [] as CheckResult[]]));
  for (const check of checks) {
    const cause = causeOf(check);
    if (cause) merged.get(cause)?.push(check);
  }
  const causeById = new Map(checks.map((check) => [check.id, causeOf(check)]));
  return checks.map((check) => {
    const cause = causeOf(check);
    if (cause) return { ...check, status: 'skip', blockedBy: cause };
    const blocker = check.blockedBy && causeById.get(check.blockedBy);
    if (blocker) return { ...check, detail: `Waits for ${blocker}.`, blockedBy: blocker };
    const seen = merged.get(check.id);
    if (!seen) return check;
    const live = Object.fromEntries(seen.map(({ id, detail }) => [id, detail]));
    return { ...check, evidence: { ...check.evidence, live } };
  });
}

/**
 * The causes, first to last. Where nothing failed, the warnings: they are what to look at next, and that the server was
 * never asked before all others.
 */
function rootCauses(checks: CheckResult[], isAtRest: boolean): CheckId[] {
  const failed = checks.filter(({ status }) => status === 'fail');
  const chosen = failed.length > 0 ? failed : checks.filter(({ status }) => status === 'warn');
  const isFirst = ({ id }: CheckResult): boolean => isAtRest && id === 'net.reach';
  return [...chosen.filter(isFirst), ...chosen.filter((check) => !isFirst(check))].map(({ id }) => id);
}
