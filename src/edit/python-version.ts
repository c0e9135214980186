/**
 * Ranges of versions as Python's tools write them: PEP 440 (`>=1.2,<2`, `~=1.4`, `==2.*`) and Poetry's own (`^1.2`, `~1.2`,
 * `1.*`, `*`, `||`). Only releases are compared: what they are asked for here is which majors and minors are possible.
 */

interface Interval {
  from: number[];
  to?: number[];
  /** Is `to` itself part of it? */
  isClosed?: boolean;
}

const OPERATORS = ['===', '==', '~=', '!=', '<=', '>=', '<', '>', '^', '~', '='];

/** Operators that say where a range begins. */
const LOWER = ['>=', '>', '^', '~=', '~', '==', '===', '=', ''];
/** Of these, those whose version can be raised without the range ending elsewhere. */
const RAISABLE = ['>=', '>', '^'];

/** The clauses of a range that bound it above: `<2` of `>=1.2,<2`. */
export function upperBound(range: string): string | undefined {
  const upper = clauses(range).filter(({ operator }) => operator === '<' || operator === '<=');
  return upper.length === 0 ? undefined : upper.map(({ operator, version }) => operator + version).join(',');
}

/** Does a range end somewhere? */
export function isBounded(range: string): boolean {
  return alternatives(range).every((each) => intervalOf(each).to !== undefined);
}

/** The least version that a range allows, `undefined` when it says nothing of it. */
export function lowerBound(range: string): string | undefined {
  const lower = clauses(range).filter(({ operator, version }) => LOWER.includes(operator) && !version.startsWith('*'));
  return lower.map(({ version }) => version).sort((a, b) => compareVersions(b, a))[0];
}

/**
 * A range that begins no lower than `floor`: the clause that says where it begins is raised, or one is added.
 * The caller has made sure that the range goes on beyond it.
 */
export function raised(range: string, floor: string): string {
  const low = lowerBound(range);
  const clause = clauses(range).find(({ operator, version }) => version === low && RAISABLE.includes(operator));
  if (clause && low !== undefined) {
    const at = range.indexOf(low);
    return range.slice(0, at) + floor + range.slice(at + low.length);
  }
  const rest = range.trim();
  if (rest === '' || rest === '*') return `>=${floor}`;
  return low === undefined ? `>=${floor},${rest}` : `${rest},>=${floor}`;
}

/** Is there a version that both ranges allow? */
export function overlap(a: string, b: string): boolean {
  const others = alternatives(b).map(intervalOf);
  return alternatives(a).some((each) => others.some((other) => meet(intervalOf(each), other)));
}

/**
 * A range with its lower bound first, so that the first number in it is the least version (`pip freeze` and lock files
 * write `<2,>=1.2`). An upper bound alone is told with the major that is left of it: `<2` is `>=1,<2`.
 * @returns `undefined` for a range that says neither
 */
export function lowerFirst(range: string): string | undefined {
  if (lowerBound(range) === undefined) {
    const { to = [], isClosed } = intervalOf(range);
    const [end] = to;
    if (end === undefined) return undefined;
    const isWhole = !isClosed && to.slice(1).every((part) => part === 0);
    return `>=${Math.max(0, isWhole ? end - 1 : end)},${range}`;
  }
  const parts = range.split(',').map((part) => part.trim());
  const isLower = (part: string): boolean => !part.startsWith('<') && !part.startsWith('!');
  return [...parts.filter(isLower), ...parts.filter((part) => !isLower(part))].join(',');
}

/** Which of two versions is the newer: positive for `a`. */
export function compareVersions(a: string, b: string): number {
  return compare(numbers(a), numbers(b));
}

function alternatives(range: string): string[] {
  return range.split('|').filter((part) => part.trim() !== '').length === 0
    ? ['*']
    : range.split('|').filter((part) => part.trim() !== '');
}

interface Clause {
  operator: string;
  version: string;
}

/** `>=1.2, <2`, and Poetry's `>=1.2 <2`. */
function clauses(range: string): Clause[] {
  const found: Clause[] = [];
  for (const part of range.split(',')) {
    let operator = '';
    for (const word of part.trim().split(/\s+/)) {
      const own = OPERATORS.find((each) => word.startsWith(each)) ?? '';
      const version = word.slice(own.length);
      if (version === '') operator = own;
      else {
        found.push({ operator: own === '' ? operator : own, version });
        operator = '';
      }
    }
  }
  return found;
}

function intervalOf(range: string): Interval {
  return clauses(range)
    .map(clauseInterval)
    .reduce(both, { from: [0] });
}

function clauseInterval({ operator, version }: Clause): Interval {
  const at = numbers(version);
  const star = version.split('.').findIndex((part) => part.startsWith('*'));
  if (star === 0) return { from: [0] };
  switch (operator) {
    case '>=':
    case '>':
      return { from: at };
    case '<':
      return { from: [0], to: at };
    case '<=':
      return { from: [0], to: at, isClosed: true };
    case '!=':
      return { from: [0] };
    case '^':
      return { from: at, to: bump(at, Math.max(0, firstNonZero(at))) };
    case '~=':
      return { from: at, to: bump(at, Math.max(0, at.length - 2)) };
    case '~':
      return { from: at, to: bump(at, Math.min(1, at.length - 1)) };
    default:
      return star > 0 ? { from: at, to: bump(at, at.length - 1) } : { from: at, to: at, isClosed: true };
  }
}

/** `^0.3` stays below `0.4`, `^0` below `1`. */
function firstNonZero(version: number[]): number {
  const index = version.findIndex((part) => part > 0);
  return index < 0 ? version.length - 1 : index;
}

function bump(version: number[], index: number): number[] {
  return [...version.slice(0, index), (version[index] ?? 0) + 1];
}

function both(a: Interval, b: Interval): Interval {
  const from = compare(a.from, b.from) >= 0 ? a.from : b.from;
  const ends = [a, b].filter(({ to }) => to !== undefined);
  const end = ends.reduce<Interval | undefined>(
    (least, each) => (least === undefined || compare(each.to ?? [], least.to ?? []) < 0 ? each : least),
    undefined,
  );
  if (end?.to === undefined) return { from };
  return { from, to: end.to, ...(end.isClosed ? { isClosed: true } : {}) };
}

function meet(a: Interval, b: Interval): boolean {
  const { from, to, isClosed } = both(a, b);
  if (to === undefined) return true;
  const order = compare(from, to);
  return order < 0 || (order === 0 && isClosed === true);
}

/** The release of a version: `1.2.0rc1` -> 1, 2, 0; an epoch (`1!2.0`) and a `v` are left out. */
function numbers(version: string): number[] {
  const release = version.slice(version.indexOf('!') + 1).replace(/^v/i, '');
  const found: number[] = [];
  for (const part of release.split('+')[0]?.split('.') ?? []) {
    const digits = /^\d+/.exec(part)?.[0];
    if (digits === undefined) break;
    found.push(Number(digits));
    if (digits.length < part.length) break;
  }
  return found.length === 0 ? [0] : found;
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
