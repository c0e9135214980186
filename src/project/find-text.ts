import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isSourceFile, listFiles } from './walk.ts';

/** Pages that carry their code with them. */
const PAGES = ['.html', '.vue', '.svelte', '.astro'];
/** Nobody writes a larger file by hand. */
const MAX_BYTES = 1024 * 1024;

/**
 * Looks through the sources and pages of a project.
 * @param root absolute path
 * @param words plain text, any of them
 * @returns the first file that contains one, relative to `root`
 */
export async function findText(root: string, words: readonly string[]): Promise<string | undefined> {
  const files = (await listFiles(root)).filter((file) => isSourceFile(file) || PAGES.includes(path.extname(file)));
  return files.find((file) => contains(path.join(root, file), words));
}

function contains(file: string, words: readonly string[]): boolean {
  try {
    const bytes = readFileSync(file);
    return bytes.length <= MAX_BYTES && words.some((word) => bytes.includes(word));
  } catch {
    // Gone, or not ours to read.
    return false;
  }
}
