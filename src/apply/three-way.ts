import { diffArrays } from 'diff';
import { eolOf } from '../edit/json.ts';

/** Lines `start` to `end` (exclusive) of a base text are replaced by `lines`. */
interface Hunk {
  start: number;
  end: number;
  lines: string[];
}

/**
 * Takes one change out of a text that was edited since: a three-way merge with the text right after our change as base,
 * the text before it as one side and the present text as the other. Line endings belong to the lines.
 * @returns the present text without our change, `undefined` when an edit touches the very lines we wrote
 */
export function reverseLines(texts: { before: string; after: string; current: string }): string | undefined {
  const [before, after, current] = [texts.before, texts.after, texts.current].map(splitLines) as [Lines, Lines, Lines];
  const ours = hunksOf(after, before);
  const theirs = hunksOf(after, current);
  const merged = mergeHunks(ours, theirs);
  if (!merged) return hasTraces(texts) ? undefined : texts.current;
  const result = applyHunks(after, merged).map(endedUnlessLast);
  return leavesOurLines(result, { before, after }) ? undefined : result.join('');
}

type Lines = string[];

function splitLines(text: string): Lines {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function hunksOf(base: Lines, other: Lines): Hunk[] {
  const hunks: Hunk[] = [];
  let at = 0;
  let open: Hunk | undefined;
  for (const part of diffArrays(base, other)) {
    if (!part.added && !part.removed) {
      at += part.value.length;
      open = undefined;
      continue;
    }
    if (!open) hunks.push((open = { start: at, end: at, lines: [] }));
    if (part.added) open.lines.push(...part.value);
    else at = open.end += part.value.length;
  }
  return hunks;
}

function mergeHunks(ours: Hunk[], theirs: Hunk[]): Hunk[] | undefined {
  const kept = ours.filter((hunk) => !theirs.some((other) => covers(other, hunk)));
  if (kept.some((hunk) => theirs.some((other) => overlaps(hunk, other)))) return undefined;
  return [...kept, ...theirs].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** They did already what we want, or deleted our lines together with others around them. */
function covers(theirs: Hunk, ours: Hunk): boolean {
  const isSame =
    theirs.start === ours.start && theirs.end === ours.end && theirs.lines.join('') === ours.lines.join('');
  const isDeletion = ours.lines.length === 0 && theirs.lines.length === 0;
  return isSame || (isDeletion && theirs.start <= ours.start && ours.end <= theirs.end);
}

function overlaps(a: Hunk, b: Hunk): boolean {
  const sameInsertion = a.start === a.end && b.start === b.end && a.start === b.start;
  return sameInsertion || (a.start < b.end && b.start < a.end);
}

function applyHunks(base: Lines, hunks: Hunk[]): Lines {
  const result: Lines = [];
  let at = 0;
  for (const hunk of hunks) {
    result.push(...base.slice(at, hunk.start), ...hunk.lines);
    at = hunk.end;
  }
  return [...result, ...base.slice(at)];
}

/** Whether any word that we brought in is still there: if none is, somebody has taken our part out by hand. */
function hasTraces({ before, after, current }: { before: string; after: string; current: string }): boolean {
  const words = (text: string): Set<string> => new Set(text.split(/\W+/).filter((word) => word.length > 2));
  const [old, present] = [words(before), words(current)];
  return [...words(after)].some((word) => !old.has(word) && present.has(word));
}

/** What was the last line, without a line ending, may have got lines behind it. */
function endedUnlessLast(line: string, index: number, lines: Lines): string {
  const isOpen = index < lines.length - 1 && !line.endsWith('\n');
  return isOpen ? line + eolOf(lines.join('')) : line;
}

/** A merge may fit and yet leave one of our lines, when an edit moved or copied it: then nothing is done. */
function leavesOurLines(result: Lines, texts: { before: Lines; after: Lines }): boolean {
  const count = (lines: Lines, wanted: string): number => lines.filter((line) => line.trim() === wanted).length;
  const inserted = new Set(texts.after.map((line) => line.trim()).filter((line) => /\w/.test(line)));
  return [...inserted].some((line) => {
    const isOurs = count(texts.after, line) > count(texts.before, line);
    return isOurs && count(result, line) > count(texts.before, line);
  });
}
