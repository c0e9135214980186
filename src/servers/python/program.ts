import type { PyNode } from '../../edit/python-tree.ts';
import { parsePython, type PyTree } from '../../edit/python-tree.ts';
import { Modules } from './modules.ts';
import { Origins } from './origins.ts';
import { Scopes } from './scopes.ts';

/** One parsed file. */
export interface PySource {
  path: string;
  text: string;
  tree: PyTree;
  scopes: Scopes;
  calls: PyNode[];
}

/** All files of a project, parsed, with the meaning of their names. */
export interface PyProgram {
  sources: PySource[];
  source(path: string): PySource | undefined;
  /** The file that a node is in. */
  sourceOf(node: PyNode): PySource;
  modules: Modules;
  origins: Origins;
}

/** Parses the files of a project. */
export async function pythonProgram(files: readonly { path: string; text: string }[]): Promise<PyProgram> {
  const sources: PySource[] = [];
  for (const { path, text } of files) {
    if (!path.endsWith('.py')) continue;
    const tree = await parsePython(text);
    const calls = [...tree.root.below()].filter((node) => node.type === 'call');
    sources.push({ path, text, tree, scopes: new Scopes(tree.root), calls });
  }
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const byRoot = new Map(sources.map((source) => [source.tree.root, source]));
  const program: PyProgram = {
    sources,
    source: (path) => byPath.get(path),
    sourceOf: (node) => {
      const source = byRoot.get(rootOf(node));
      if (!source) throw new Error('A node of another program.');
      return source;
    },
    modules: new Modules(byPath.keys()),
    origins: undefined as never,
  };
  program.origins = new Origins(program);
  return program;
}

function rootOf(node: PyNode): PyNode {
  return node.parent ? rootOf(node.parent) : node;
}
