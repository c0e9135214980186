import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { FileChange } from '../../../src/apply/index.ts';

/** Where fsync costs nothing, when there is such a place: these tests make hundreds of projects. */
const temporary = fs.existsSync('/dev/shm') ? '/dev/shm' : fs.realpathSync(os.tmpdir());

/** A project in a temporary directory, with the files given by path. */
export function makeProject(files: Record<string, string> = {}): string {
  const root = fs.mkdtempSync(path.join(temporary, 'add-auth-apply-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  writeFiles(root, files);
  return root;
}

export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
}

/** Every file and directory of a project but our private one: path to content and permission bits. */
export function contentOf(root: string, dir = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(path.join(root, dir), { withFileTypes: true })) {
    const name = path.posix.join(dir, entry.name);
    if (name === '.mcp-builder/add-auth') continue;
    const mode = (fs.lstatSync(path.join(root, name)).mode & 0o777).toString(8);
    if (entry.isDirectory()) Object.assign(found, { [`${name}/`]: mode }, contentOf(root, name));
    else if (entry.isSymbolicLink()) found[name] = `-> ${fs.readlinkSync(path.join(root, name))}`;
    else found[name] = `${mode} ${fs.readFileSync(path.join(root, name), 'utf8')}`;
  }
  return found;
}

/** A change from what is on disk now to a new content (`null`: delete). */
export function change(root: string, name: string, after: string | null, mode?: number): FileChange {
  const file = path.join(root, name);
  const before = fs.existsSync(file) ? fs.readFileSync(file) : null;
  const result: FileChange = { path: name, before, after: after === null ? null : Buffer.from(after) };
  return mode === undefined ? result : { ...result, mode };
}

export function readText(root: string, name: string): string {
  return fs.readFileSync(path.join(root, name), 'utf8');
}
