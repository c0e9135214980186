import { formatPatch, structuredPatch } from 'diff';

export interface DiffResult {
  added: number;
  removed: number;
  /** Unified diff with `a/` and `b/`, as git prints it; applies with `git apply` (except settings, whose values are hidden). */
  diff: string;
}

/**
 * @param before text before, `null` for a new file
 * @param after text after, `null` for a deleted file
 * @param readable names whose values may be shown in a `.env` file; all others show as `…`, context lines included
 */
export function fileDiff(path: string, before: string | null, after: string | null, readable: Set<string>): DiffResult {
  const hide = isEnvFile(path) ? (text: string) => hideValues(text, readable) : (text: string) => text;
  const patch = structuredPatch(
    before === null ? '/dev/null' : `a/${path}`,
    after === null ? '/dev/null' : `b/${path}`,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3 },
  );
  let added = 0;
  let removed = 0;
  for (const line of patch.hunks.flatMap((hunk) => hunk.lines)) {
    if (line.startsWith('+')) added++;
    if (line.startsWith('-')) removed++;
  }
  for (const hunk of patch.hunks) {
    // Hidden after comparing, so that a changed secret still counts as a change.
    hunk.lines = hunk.lines.map((line) => (line.startsWith('\\') ? line : line.slice(0, 1) + hide(line.slice(1))));
  }
  return {
    added,
    removed,
    diff: formatPatch(patch, { includeIndex: false, includeUnderline: false, includeFileHeaders: true }),
  };
}

/** `.env`, `.env.local`, `.dev.vars` …; samples hold no secrets. */
function isEnvFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^\.(?:env|dev\.vars)(\..+)?$/.test(name) && !/\.(example|sample|template)$/.test(name);
}

/** A name, as environment files spell them. Lower case could be the rest of a secret that goes over several lines. */
const NAME = /^[A-Z_][A-Z0-9_]{0,63}$/;

/** Everything after the first `=` goes, in commented-out settings too; what is no setting goes whole. */
function hideValues(line: string, readable: Set<string>): string {
  const isComment = line.trimStart().startsWith('#');
  const at = line.indexOf('=');
  if (at < 0) return isComment || line.trim() === '' ? line : '…';
  const name = line.slice(0, at).replace('#', '').replace('export ', '').trim();
  if (readable.has(name)) return line;
  return NAME.test(name) ? `${line.slice(0, at)}=…` : isComment ? '# …' : '…';
}
