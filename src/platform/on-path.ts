import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Can this program be started by its name? */
export function isOnPath(file: string, env: NodeJS.ProcessEnv = process.env): boolean {
  return (env['PATH'] ?? '').split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, file), constants.X_OK);
      return directory !== '';
    } catch {
      return false;
    }
  });
}
