import { posix } from 'node:path';
import type { CodeModel } from '../model.ts';
import { toolFilesOf } from '../xmcp/config.ts';
import { annotationsOf } from './annotations.ts';
import type { Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { reasonOf } from './registrations.ts';

/** xmcp: every file of a folder is a tool, called as its `metadata` says or else like the file. */
export function collectModules(evaluator: Evaluator, model: CodeModel, findings: Findings): void {
  const { checker } = evaluator.program;
  for (const path of toolFilesOf(model)) {
    const file = model.sourceFile(path)?.compilerNode;
    const symbol = file && checker.getSymbolAtLocation(file);
    const exports = new Map(symbol && checker.getExportsOfModule(symbol).map((each) => [each.name, each]));
    const at = exports.get('default')?.declarations?.[0];
    if (!symbol || !at) continue;
    const metadata = exports.has('metadata')
      ? evaluator.properties.get([{ kind: 'module', symbol }], 'metadata', at)
      : [];
    const names = evaluator.properties.get(metadata, 'name', at);
    const hints = annotationsOf(evaluator, metadata, at);
    for (const name of names) {
      if (name.kind === 'string') findings.tool(name, at, hints);
      else findings.unresolved(name.kind === 'unknown' ? name.node : at, reasonOf(name));
    }
    const value = posix.basename(path, posix.extname(path));
    if (names.length === 0) findings.tool({ kind: 'string', value, node: at }, at, hints);
  }
}
