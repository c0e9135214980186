import { readFileSync, existsSync } from 'node:fs';
import path from 'node:path';

/** Reads files of one project by their path relative to its root. */
export interface ProjectReader {
  /** Bytes as they are, `null` when there is no such file. */
  bytes(file: string): Buffer | null;
  /** As UTF-8, `undefined` when there is no such file. */
  text(file: string): string | undefined;
  exists(file: string): boolean;
}

/** @throws the system's error for a file that is there and cannot be read */
export function createReader(root: string): ProjectReader {
  const bytes = (file: string): Buffer | null => {
    try {
      return readFileSync(path.join(root, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  return { bytes, text: (file) => bytes(file)?.toString(), exists: (file) => existsSync(path.join(root, file)) };
}
