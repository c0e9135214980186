import type { AST } from 'toml-eslint-parser';
import { splice } from './text.ts';
import {
  amendRequirement,
  lackOf,
  normalName,
  parseRequirement,
  PYTHON_MCP_PACKAGES,
  requirementStyle,
  writeRequirement,
  type Lack,
  type Wish,
} from './python-requirement.ts';
import {
  insertIntoList,
  insertIntoTable,
  keyOf,
  literal,
  quoteOf,
  replaceString,
  sectionsOf,
  sortedIndex,
  stringOf,
  stringsOf,
  type Section,
  type TomlString,
} from './python-toml.ts';

/** What came of one wish. */
export interface Outcome {
  text: string;
  /** Is there anything in the file now that was not, for this wish? */
  isChanged: boolean;
  /** The range of a declaration that excludes every version that would do. */
  tooOld?: string;
  /** There is no place for it in this file. */
  hasNoPlace?: true;
}

/** Which lists and tables of a file are dependencies, the main one first. */
export type Places = (path: readonly string[]) => { rank: number } | undefined;

/** One declaration of a package. */
type Declared =
  | { kind: 'requirement'; string: TomlString; extras: string[]; range: string }
  | { kind: 'range'; string: TomlString; extras: string[]; range: string }
  | { kind: 'table'; table: AST.TOMLInlineTable; extras: string[]; range: string }
  /** From a place of its own: it is what it is. */
  | { kind: 'fixed'; extras: string[]; range: string };

/** Fulfils one wish in a TOML file. @throws ParseError of the parser */
export function declareInToml(text: string, wish: Wish, places: Places): Outcome {
  const ranked = sectionsOf(text)
    .flatMap((section) => {
      const found = places(section.path);
      return found ? [{ section, rank: found.rank }] : [];
    })
    .sort((a, b) => a.rank - b.rank);
  const main = ranked.filter(({ rank }) => rank <= 1).map(({ section }) => section);
  const naming = ranked.map(({ section }) => section).find((section) => namesOf(section).some(isMcp));
  const home = main.find((section) => namesOf(section).some(isMcp)) ?? naming ?? main[0];
  const within = wish.isPin ? ranked.map(({ section }) => section) : [...new Set([...main, ...(home ? [home] : [])])];
  const declared = within.flatMap((section) => declarationsOf(section, wish.name));
  if (declared.length > 0) return amend(text, declared, wish);
  if (wish.isPin) return { text, isChanged: false };
  if (!home) return { text, isChanged: false, hasNoPlace: true };
  return { text: add(text, home, wish), isChanged: true };
}

/** Does a file declare one of the packages that bring an MCP server? */
export function namesMcpInToml(text: string, places: Places): boolean {
  return sectionsOf(text).some((section) => places(section.path) && namesOf(section).some(isMcp));
}

function isMcp(name: string): boolean {
  return PYTHON_MCP_PACKAGES.includes(name);
}

function namesOf(section: Section): string[] {
  if (section.kind === 'table') return section.node.body.map((entry) => normalName(keyOf(entry)[0] ?? ''));
  return stringsOf(section.node).map(({ value }) => parseRequirement(value)?.name ?? '');
}

function declarationsOf(section: Section, name: string): Declared[] {
  if (section.kind === 'table') {
    return section.node.body
      .filter((entry) => normalName(keyOf(entry)[0] ?? '') === name)
      .map((entry) => declaredValue(entry));
  }
  return stringsOf(section.node).flatMap((string): Declared[] => {
    const found = parseRequirement(string.value);
    if (found?.name !== name) return [];
    const { extras, range, url } = found;
    return [url === undefined ? { kind: 'requirement', string, extras, range } : { kind: 'fixed', extras, range }];
  });
}

function declaredValue(entry: AST.TOMLKeyValue): Declared {
  const string = keyOf(entry).length === 1 ? stringOf(entry.value) : undefined;
  if (string) return { kind: 'range', string, extras: [], range: string.value };
  if (entry.value.type !== 'TOMLInlineTable') return { kind: 'fixed', extras: [], range: '' };
  const table = entry.value;
  const version = valueIn(table, 'version');
  const extras = valueIn(table, 'extras');
  return {
    kind: ['path', 'git', 'url', 'file'].some((key) => valueIn(table, key)) ? 'fixed' : 'table',
    table,
    extras: extras?.type === 'TOMLArray' ? stringsOf(extras).map(({ value }) => value) : [],
    range: (version && stringOf(version)?.value) ?? '',
  };
}

function valueIn(table: AST.TOMLInlineTable, key: string): AST.TOMLContentNode | undefined {
  return table.body.find((entry) => keyOf(entry).join('.') === key)?.value;
}

/** From the last to the first, so that offsets before stay what they are. */
function amend(text: string, declared: readonly Declared[], wish: Wish): Outcome {
  let result = text;
  let tooOld: string | undefined;
  const at = (each: Declared): number =>
    each.kind === 'table' ? each.table.range[0] : each.kind === 'fixed' ? 0 : each.string.range[0];
  for (const each of [...declared].sort((a, b) => at(b) - at(a))) {
    if (each.kind === 'fixed') continue;
    const lack = lackOf(each, wish);
    if (lack.isTooOld) tooOld = each.range;
    else result = amendOne(result, each, lack);
  }
  return { text: result, isChanged: result !== text, ...(tooOld === undefined ? {} : { tooOld }) };
}

function amendOne(text: string, declared: Exclude<Declared, { kind: 'fixed' }>, lack: Lack): string {
  if (lack.extras.length === 0 && lack.range === undefined) return text;
  switch (declared.kind) {
    case 'requirement': {
      const requirement = parseRequirement(declared.string.value);
      return requirement
        ? replaceString(text, declared.string, amendRequirement(declared.string.value, requirement, lack))
        : text;
    }
    case 'range': {
      const { string } = declared;
      if (lack.extras.length === 0) return replaceString(text, string, lack.range ?? string.value);
      const quote = quoteOf(text, [string]);
      const version = literal(lack.range ?? string.value, quote);
      const table = `{ version = ${version}, extras = [${lack.extras.map((extra) => literal(extra, quote)).join(', ')}] }`;
      return splice(text, string.range[0], string.range[1], table);
    }
    case 'table':
      return amendTable(text, declared.table, lack);
  }
}

function amendTable(text: string, table: AST.TOMLInlineTable, { extras, range }: Lack): string {
  let result = text;
  const version = valueIn(table, 'version');
  const list = valueIn(table, 'extras');
  const last = table.body.at(-1);
  const string = version && stringOf(version);
  const changes: [number, () => void][] = [];
  const quote = quoteOf(text, string ? [string] : []);
  if (string && range !== undefined)
    changes.push([string.range[0], () => (result = replaceString(result, string, range))]);
  if (extras.length > 0 && list?.type === 'TOMLArray') {
    const add = (): void => {
      for (const extra of extras) result = insertIntoList(result, list, list.elements.length, literal(extra, quote));
    };
    changes.push([list.range[0], add]);
  } else if (extras.length > 0 && last) {
    const addition = `, extras = [${extras.map((extra) => literal(extra, quote)).join(', ')}]`;
    changes.push([last.range[1], () => (result = splice(result, last.range[1], last.range[1], addition))]);
  }
  for (const [, change] of changes.sort(([a], [b]) => b - a)) change();
  return result;
}

function add(text: string, home: Section, wish: Wish): string {
  if (home.kind === 'list') {
    const strings = stringsOf(home.node);
    const requirement = writeRequirement(wish, requirementStyle(strings.map(({ value }) => value)));
    const names = home.node.elements.map((each) => parseRequirement(stringOf(each)?.value ?? '')?.name ?? '~');
    const element = literal(requirement, quoteOf(text, strings));
    return insertIntoList(text, home.node, sortedIndex(names, wish.name), element);
  }
  const entries = home.node.body;
  const names = entries.map((entry) => normalName(keyOf(entry)[0] ?? ''));
  // Poetry's own convention: the version of Python comes first, whatever the order of the others.
  const start = names[0] === 'python' ? 1 : 0;
  const line = `${wish.name} = ${tableValue(text, home, wish)}`;
  return insertIntoTable(text, home.node, start + sortedIndex(names.slice(start), wish.name), line);
}

/** `"^2.10"`, `{ version = ">=2.10", extras = ["crypto"] }`, as the neighbours write their ranges and tables. */
function tableValue(text: string, { node, path }: Extract<Section, { kind: 'table' }>, wish: Wish): string {
  const strings = node.body.flatMap((entry) => {
    const value =
      entry.value.type === 'TOMLInlineTable' ? (valueIn(entry.value, 'version') ?? entry.value) : entry.value;
    return keyOf(entry)[0] === 'python' ? [] : (stringOf(value) ?? []);
  });
  const quote = quoteOf(text, strings);
  const carets = strings.filter(({ value }) => value.startsWith('^')).length;
  const isCaret =
    strings.length > 0 && carets * 2 > strings.length && wish.range.startsWith('>=') && !wish.range.includes(',');
  const version = literal(isCaret ? `^${wish.range.slice(2)}` : wish.range, quote);
  if (wish.extras.length === 0) return version;
  const extras = `extras = [${wish.extras.map((extra) => literal(extra, quote)).join(', ')}]`;
  const isTight = node.body.some(({ value }) => value.type === 'TOMLInlineTable' && text[value.range[0] + 1] !== ' ');
  // Pipenv writes `{extras = […], version = "…"}`.
  const parts = path[0] === 'packages' ? [extras, `version = ${version}`] : [`version = ${version}`, extras];
  return isTight ? `{${parts.join(', ')}}` : `{ ${parts.join(', ')} }`;
}
