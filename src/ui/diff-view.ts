import { changedFiles, type FileChangeJson, type PlanView } from './json.ts';
import type { Style } from './style.ts';

/** A new file longer than this shows its head only; the rest is code that `--json` and the disk show in full. */
const FOLD_AT = 40;
const FOLDED_HEAD = 12;

/** The plan's changes as coloured unified diffs. */
export function renderDiffs(view: PlanView, style: Style, options: { full?: boolean } = {}): string {
  return changedFiles(view)
    .map((file) => renderDiff(file, style, options.full === true))
    .join('\n');
}

function renderDiff(file: FileChangeJson, style: Style, full: boolean): string {
  const lines = file.diff.replace(/\n$/, '').split('\n');
  // Changes of code that people wrote are never folded: they are what has to be read.
  const fold = !full && file.action !== 'modify' && lines.length > FOLD_AT;
  const shown = (fold ? lines.slice(0, FOLDED_HEAD) : lines).map((line) => paint(line, style));
  if (fold) shown.push(style.dim(`  … ${lines.length - FOLDED_HEAD} more lines`));
  return shown.join('\n') + '\n';
}

function paint(line: string, style: Style): string {
  if (line.startsWith('---') || line.startsWith('+++')) return style.bold(line);
  if (line.startsWith('@@')) return style.cyan(line);
  if (line.startsWith('+')) return style.green(line);
  if (line.startsWith('-')) return style.red(line);
  return line;
}
