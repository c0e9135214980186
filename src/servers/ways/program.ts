import type { SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';

/** Tells the files of every program that the entry is a part of. */
export function programOf(model: CodeModel, entry: string): (file: SourceFile) => boolean {
  const graph = new ModuleGraph(model.snapshot);
  const files = new Set([...graph.startedBy(entry)].flatMap((path) => [...graph.reachableFrom(path)]));
  return (file) => files.has(model.pathOf(file));
}
