import { eolOf } from './json.ts';

/**
 * Makes a `.gitignore` name the given entries; an entry that a plain pattern already covers is not added again.
 * @param text `undefined` when there is no file
 * @param entries plain names (`.env`) or directories (`.mcp-builder/add-auth/`)
 */
export function addIgnored(text: string | undefined, entries: readonly string[]): string {
  const present = text ?? '';
  const missing = entries.filter((entry) => !isIgnored(present, entry));
  if (missing.length === 0) return present;
  const eol = eolOf(present);
  const joint = present === '' || present.endsWith('\n') ? '' : eol;
  return present + joint + missing.map((entry) => entry + eol).join('');
}

/** Whether the last pattern that speaks of the entry ignores it (gitignore: the last match decides). */
function isIgnored(text: string, entry: string): boolean {
  let ignored = false;
  for (const line of text.split('\n')) {
    const pattern = line.replace(/^\uFEFF/, '').trimEnd();
    const isNegated = pattern.startsWith('!');
    if (covers(isNegated ? pattern.slice(1) : pattern, entry)) ignored = !isNegated;
  }
  return ignored;
}

function covers(pattern: string, entry: string): boolean {
  if (pattern === '' || pattern.startsWith('#')) return false;
  const plain = trimSlashes(pattern.startsWith('**/') ? pattern.slice(3) : pattern);
  const parts = trimSlashes(entry).split('/');
  const isFile = !entry.endsWith('/');
  if (isFile && pattern.endsWith('/')) return false;
  if (isFile && plain.indexOf('*') >= 0 && plain.indexOf('*') === plain.lastIndexOf('*')) {
    const [head = '', tail = ''] = plain.split('*');
    return entry.length >= head.length + tail.length && entry.startsWith(head) && entry.endsWith(tail);
  }
  // A directory is ignored with all that is in it.
  return parts.some((_, index) => parts.slice(0, index + 1).join('/') === plain);
}

function trimSlashes(text: string): string {
  const from = text.startsWith('/') ? 1 : 0;
  return text.endsWith('/') && text.length > 1 ? text.slice(from, -1) : text.slice(from);
}
