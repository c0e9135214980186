import path from 'node:path';
import { nodeDisk } from '../apply/disk.ts';
import { replacePrivateFile } from '../apply/durable.ts';
import { ensurePrivateDir, privateDir } from '../apply/private-dir.ts';

/** JSON files below `.mcp-builder/add-auth/local-as/`, for this user only and git-ignored. */
export interface PrivateFiles {
  /** `undefined` when the file is not there or not JSON. */
  read(name: string): unknown;
  write(name: string, value: unknown): void;
}

/** @param root project directory; nothing is made before the first write */
export function localFiles(root: string): PrivateFiles {
  const place = privateDir(path.resolve(root));
  const dir = path.join(place.dir, 'local-as');
  return {
    read(name) {
      const bytes = nodeDisk.read(path.join(dir, name));
      try {
        return bytes === null ? undefined : (JSON.parse(bytes.toString('utf8')) as unknown);
      } catch {
        return undefined;
      }
    },
    write(name, value) {
      ensurePrivateDir(nodeDisk, place);
      if (!nodeDisk.stat(dir)) nodeDisk.makeDirectory(dir, 0o700);
      replacePrivateFile(nodeDisk, path.join(dir, name), `${JSON.stringify(value, null, 2)}\n`);
    },
  };
}
