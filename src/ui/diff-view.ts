import { changedFiles, type FileChangeJson, type PlanView } from './json.ts';
import type { Style } from './style.ts';

/**
 * The plan's changes as coloured unified diffs. Without `full` new files are left out: the plan lists them, and what
 * has to be read before a yes is what happens to code that people wrote.
 */
export function renderDiffs(view: PlanView, style: Style, options: { full?: boolean } = {}): string {
  const files = changedFiles(view);
  const shown = options.full ? files : files.filter(({ action }) => action !== 'create');
  const hidden = files.length - shown.length;
  const diffs = shown.map((file) => renderDiff(file, style));
  if (hidden > 0)
    diffs.push(style.dim(`${hidden} new ${hidden === 1 ? 'file' : 'files'}; --dry-run shows the content.\n`));
  return diffs.map((diff) => `\n${diff}`).join('');
}

function renderDiff(file: FileChangeJson, style: Style): string {
  const lines = file.diff.replace(/\n$/, '').split('\n');
  return lines.map((line) => paint(line, style)).join('\n') + '\n';
}

function paint(line: string, style: Style): string {
  if (line.startsWith('---') || line.startsWith('+++')) return style.bold(line);
  if (line.startsWith('@@')) return style.cyan(line);
  if (line.startsWith('+')) return style.green(line);
  if (line.startsWith('-')) return style.red(line);
  return line;
}
