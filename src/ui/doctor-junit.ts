import type { CheckResult, Diagnosis } from '../doctor/types.ts';
import { escapeMarkup } from './markup.ts';

/**
 * The diagnosis for CI systems: one test case a check; what was not checked is skipped.
 * @param strict warnings are failures
 */
export function renderJunit({ checks, target }: Diagnosis, { strict }: { strict: boolean }): string {
  const isFailure = ({ status }: CheckResult): boolean => status === 'fail' || (strict && status === 'warn');
  const count = (test: (check: CheckResult) => boolean): number => checks.filter(test).length;
  const counts = `tests="${checks.length}" failures="${count(isFailure)}" skipped="${count(({ status }) => status === 'skip')}" errors="0"`;
  const cases = checks.map((check) => {
    const head = `    <testcase classname="doctor.${check.group}" name="${check.id}"`;
    if (check.status === 'skip') return `${head}><skipped message="${escapeMarkup(check.detail)}"/></testcase>`;
    if (isFailure(check)) {
      const text = [check.detail, ...(check.fix === undefined ? [] : [`Fix: ${check.fix}`])].join('\n');
      return `${head}><failure message="${escapeMarkup(check.detail)}" type="${check.status}">${escapeMarkup(text)}</failure></testcase>`;
    }
    return `${head}/>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="add-auth doctor" ${counts}>`,
    `  <testsuite name="${escapeMarkup(target.value)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
