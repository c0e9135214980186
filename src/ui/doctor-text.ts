import { CHECKS, type CheckId } from '../doctor/ids.ts';
import type { CheckResult, Diagnosis, Status } from '../doctor/types.ts';
import { CLIENTS } from '../doctor/profiles/clients.ts';
import { clientRules } from '../doctor/profiles/rules.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

const GROUP_NAMES: Record<string, string> = {
  env: 'Environment',
  src: 'Source',
  net: 'Network',
  mcp: 'Endpoint',
  ch: 'Challenge',
  prm: 'Resource metadata',
  as: 'Authorization server',
  jwks: 'Signing keys',
  reg: 'Registration',
  authz: 'Login',
  tokep: 'Token endpoint',
  tok: 'Token',
  rs: 'Requests with a token',
  cors: 'Web pages',
  client: 'Clients',
};
const WIDTH = 100;
const MARKS: Record<Status, string> = { pass: '✔', warn: '!', fail: '✖', skip: '○' };

export interface RenderOptions {
  style: Style;
  /** Also the checks that were not made. */
  verbose: boolean;
}

/** The diagnosis for people: the causes in boxes, then one line a check, then who can connect. */
export function renderDiagnosis(diagnosis: Diagnosis, { style, verbose }: RenderOptions): string {
  const byId = new Map(diagnosis.checks.map((check) => [check.id, check]));
  const causes = diagnosis.rootCauses.map((id) => byId.get(id)!);
  return [
    ...causes.map((cause) => renderBox(cause, style)),
    ...renderGroups(diagnosis.checks, style, verbose),
    ...renderClients(byId, style),
    summary(diagnosis, style),
  ].join('\n');
}

/** Title, verdict and fix come first: five lines are enough to act on. */
function renderBox(check: CheckResult, style: Style): string {
  const color = check.status === 'fail' ? style.red : style.yellow;
  const bar = color('│');
  const rows = (text: string, first: string, rest: string): string[] =>
    linesOf(text, WIDTH - 4 - first.length).map((line, index) => `${bar} ${index === 0 ? first : rest}${line}`);
  const { spec } = CHECKS[check.id];
  const entries = Object.entries(check.evidence ?? {});
  const width = Math.min(30, Math.max(0, ...entries.map(([name]) => name.length)));
  const evidence = entries.flatMap(([name, value]) => evidenceLines(name.padEnd(width), value));
  return [
    `${color('┌')} ${style.bold(color(`${MARKS[check.status]} ${check.id}`))}  ${check.title}`,
    ...rows(check.detail, '', ''),
    ...(check.fix === undefined
      ? []
      : rows(check.fix, 'Fix: ', '     ').map((line) => line.replace('Fix:', style.bold('Fix:')))),
    ...(evidence.length > 0 ? [bar, ...evidence.map((line) => `${bar} ${style.dim(line)}`)] : []),
    `${color('└')}${spec === '' ? '' : ` ${style.dim(spec)}`}`,
    '',
  ].join('\n');
}

/** Lines stay lines, and those of a diff stay whole: they are there to be copied. */
const linesOf = (text: string, width: number): string[] =>
  text.split('\n').flatMap((line) => (line.startsWith('- ') || line.startsWith('+ ') ? [line] : wrap(line, width)));

function evidenceLines(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')) {
    return value.map((each: string, index) => `${index === 0 ? name : ' '.repeat(name.length)}  ${oneLine(each)}`);
  }
  return [`${name}  ${oneLine(typeof value === 'string' ? value : JSON.stringify(value))}`];
}

const oneLine = (text: string): string => {
  const flat = [...text].map((character) => (character < ' ' ? ' ' : character)).join('');
  return flat.length > 160 ? `${flat.slice(0, 160)}…` : flat;
};

function renderGroups(checks: CheckResult[], style: Style, verbose: boolean): string[] {
  return Object.entries(GROUP_NAMES).flatMap(([group, name]) => {
    const all = checks.filter((check) => check.group === group);
    const shown = all.filter(({ status }) => verbose || status !== 'skip');
    if (shown.length === 0) return [];
    return [style.bold(name), ...shown.flatMap((check) => renderLine(check, style)), ''];
  });
}

/** One line; a warning carries its fix, because it has no box when something else has failed. */
function renderLine({ id, status, detail, fix }: CheckResult, style: Style): string[] {
  const paint = { pass: style.green, warn: style.yellow, fail: style.red, skip: style.dim }[status];
  const isQuiet = status === 'pass' || status === 'skip';
  const text = oneLine(detail);
  const short = isQuiet && text.length > WIDTH - 26 ? `${text.slice(0, WIDTH - 27)}…` : text;
  const line = `  ${paint(MARKS[status])} ${id.padEnd(21)} ${isQuiet ? style.dim(short) : short}`;
  const isBoxed = status === 'fail' || fix === undefined;
  return isBoxed ? [line] : [line, ...linesOf(fix, WIDTH - 26).map((part) => `${' '.repeat(26)}${style.dim(part)}`)];
}

/** Who can connect, as far as it can be seen from here. */
function renderClients(checks: Map<CheckId, CheckResult>, style: Style): string[] {
  // Without a server there is nothing to connect to.
  if (checks.get('net.reach')?.status !== 'pass') return [];
  const rows = CLIENTS.flatMap((client) => {
    const check = checks.get(`profile.${client}`);
    if (!check) return [];
    const name = clientRules(client).name.padEnd(15);
    if (check.status === 'pass') return [`  ${style.green(MARKS.pass)} ${name}`];
    const mark = check.status === 'fail' || check.blockedBy ? style.red(MARKS.fail) : style.dim(MARKS.skip);
    const why = check.blockedBy ? `stopped by ${check.blockedBy}` : check.detail;
    return [`  ${mark} ${name} ${style.dim(oneLine(why))}`];
  });
  return [style.bold('Can connect'), ...rows, ''];
}

function summary({ checks, target }: Diagnosis, style: Style): string {
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const waiting = checks.filter(({ blockedBy }) => blockedBy !== undefined).length;
  const parts = [
    `${count('pass')} ok`,
    ...(count('fail') > 0 ? [style.red(plural(count('fail'), 'problem'))] : []),
    ...(count('warn') > 0 ? [style.yellow(plural(count('warn'), 'warning'))] : []),
    ...(waiting > 0 ? [`${waiting} wait for it`] : []),
    `${count('skip') - waiting} not checked`,
  ];
  return `${target.value}: ${parts.join(', ')}`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
