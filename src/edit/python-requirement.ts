import { compareVersions, isBounded, lowerBound, overlap, raised, upperBound } from './python-version.ts';

/** The packages that bring an MCP server. */
export const PYTHON_MCP_PACKAGES = ['mcp', 'fastmcp', 'fastmcp-slim', 'fastapps'];

/** One requirement as PEP 508 writes it: `mcp[cli]>=1.2; python_version >= "3.10"`. Offsets are of its text. */
export interface Requirement {
  /** Normalised (PEP 503). */
  name: string;
  extras: string[];
  /** `''` when every version will do. */
  range: string;
  /** It comes from a place of its own (`name @ git+https://…`). */
  url?: string;
  marker?: string;
  nameEnd: number;
  /** Of the brackets. */
  extrasAt?: [number, number];
  rangeAt: [number, number];
}

/** What is wanted of a package, whoever declares it: `pyjwt[crypto]` `>=2.10`. */
export interface Wish {
  name: string;
  extras: string[];
  range: string;
  /** Only an existing declaration is bounded; nothing is added. */
  isPin: boolean;
}

/** PEP 503: `FastMCP_slim` and `fastmcp-slim` are the same package. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

const HEAD = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(\s*\[[^\]]*\])?/;
const CLAUSE = /^(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,;()<>=!~]+$/;

/** Reads a requirement. @returns `undefined` for what is none: a path, an option, a URL without a name */
export function parseRequirement(text: string): Requirement | undefined {
  const head = HEAD.exec(text);
  const name = head?.[1];
  if (head === null || name === undefined) return undefined;
  const nameEnd = text.indexOf(name) + name.length;
  const brackets = head[2] ?? '';
  const end = head[0].length;
  const extras = brackets
    .trim()
    .slice(1, -1)
    .split(',')
    .map((extra) => extra.trim())
    .filter((extra) => extra !== '');
  const found = {
    name: normalName(name),
    extras,
    nameEnd,
    ...(brackets === '' ? {} : { extrasAt: [end - brackets.trimStart().length, end] as [number, number] }),
  };
  const rest = text.slice(end);
  if (rest.trimStart().startsWith('@')) {
    return { ...found, range: '', url: rest.trim().slice(1).trim(), rangeAt: [end, end] };
  }
  const semicolon = rest.indexOf(';');
  const marker = semicolon < 0 ? undefined : rest.slice(semicolon + 1).trim();
  const body = semicolon < 0 ? rest : rest.slice(0, semicolon);
  const trimmed = body.trim();
  const isParenthesised = trimmed.startsWith('(') && trimmed.endsWith(')');
  const range = isParenthesised ? trimmed.slice(1, -1).trim() : trimmed;
  const clauses = range.split(',').map((clause) => clause.trim());
  if (range !== '' && !clauses.filter((clause) => clause !== '').every((clause) => CLAUSE.test(clause)))
    return undefined;
  const start = range === '' ? end : end + body.indexOf(range);
  return {
    ...found,
    range,
    rangeAt: [start, start + range.length],
    ...(marker === undefined ? {} : { marker }),
  };
}

/** `{ name: 'pyjwt[crypto]', range: '>=2.10' }` as a wish. */
export function wishOf({ name, range }: { name: string; range: string }, isPin: boolean): Wish {
  const parsed = parseRequirement(name);
  return { name: parsed?.name ?? normalName(name), extras: parsed?.extras ?? [], range, isPin };
}

/** `pyjwt[crypto]` */
export function nameWithExtras({ name, extras }: Pick<Wish, 'name' | 'extras'>): string {
  return extras.length === 0 ? name : `${name}[${extras.join(',')}]`;
}

/** What a declaration lacks to fulfil a wish. */
export interface Lack {
  isTooOld: boolean;
  extras: string[];
  /** The range that it needs instead of its own. */
  range?: string;
}

/** Compares a declaration with a wish. Ranges that exclude every wanted version are left for a person. */
export function lackOf(declared: { extras: readonly string[]; range: string }, wish: Wish): Lack {
  if (!overlap(declared.range, wish.range)) return { isTooOld: !wish.isPin, extras: [] };
  const had = declared.extras.map(normalName);
  const extras = wish.isPin ? [] : wish.extras.filter((extra) => !had.includes(normalName(extra)));
  const range = narrowed(declared.range, wish);
  return { isTooOld: false, extras, ...(range === declared.range ? {} : { range }) };
}

/** A range within the bounds of a wish; one that a lock could fulfil with too old a version is raised. */
function narrowed(declared: string, { range, isPin }: Wish): string {
  // Poetry's alternatives (`^1 || ^2`) are left to people.
  if (declared.includes('|')) return declared;
  const floor = isPin ? undefined : lowerBound(range);
  const low = lowerBound(declared) ?? '0';
  const isRaised = floor !== undefined && compareVersions(low, floor) < 0;
  const from = isRaised ? raised(declared, floor) : declared;
  const end = isBounded(from) ? undefined : upperBound(range);
  return end === undefined ? from : bounded(from, end);
}

/** `*` and `<2` -> `<2`; `>=1.2` -> `>=1.2,<2`; `>= 1.2` -> `>= 1.2,< 2` */
function bounded(range: string, end: string): string {
  if (range.trim() === '' || range.trim() === '*') return end;
  const isSpaced = /[<>=]\s/.test(range);
  return `${range}${range.includes(', ') ? ', ' : ','}${isSpaced ? end.replace(/^([<=]+)/, '$1 ') : end}`;
}

/** Writes what a requirement lacks into its text, in its own style; all other characters stay. */
export function amendRequirement(text: string, requirement: Requirement, { extras, range }: Lack): string {
  const { rangeAt, extrasAt, nameEnd } = requirement;
  const result = range === undefined ? text : text.slice(0, rangeAt[0]) + range + text.slice(rangeAt[1]);
  if (extras.length === 0) return result;
  if (!extrasAt) return insert(result, nameEnd, `[${extras.join(',')}]`);
  const close = extrasAt[1] - 1;
  const inside = text.slice(extrasAt[0] + 1, close);
  const glue = requirement.extras.length === 0 ? '' : inside.includes(', ') ? ', ' : ',';
  return insert(result, close, glue + extras.join(glue === '' ? ',' : glue));
}

function insert(text: string, at: number, part: string): string {
  return text.slice(0, at) + part + text.slice(at);
}

/** How the neighbours write their ranges. */
export interface RequirementStyle {
  /** `mcp >= 1.2` */
  isSpaced: boolean;
  /** `mcp (>=1.2)`, as Poetry 2 does */
  isParenthesised: boolean;
}

/** Reads the style off the requirements of a file. */
export function requirementStyle(texts: readonly string[]): RequirementStyle {
  const ranged = texts.filter((text) => (parseRequirement(text)?.range ?? '') !== '');
  const most = (test: (text: string) => boolean): boolean =>
    ranged.length > 0 && ranged.filter(test).length * 2 > ranged.length;
  return {
    isParenthesised: most((text) => text.includes('(') && !text.split(';')[0]?.includes('@')),
    isSpaced: most((text) => /\s[<>=~]=?\s/.test(text.split(';')[0] ?? '')),
  };
}

/** A new requirement as its neighbours would write it. */
export function writeRequirement(wish: Wish, { isSpaced, isParenthesised }: RequirementStyle): string {
  const name = nameWithExtras(wish);
  if (isParenthesised) return `${name} (${wish.range})`;
  return isSpaced ? `${name} ${wish.range.replace(/([<>=~!]+)/g, '$1 ')}` : `${name}${wish.range}`;
}
