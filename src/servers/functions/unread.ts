import type { SourceFile } from 'ts-morph';
import type { CodeModel } from '../model.ts';
import { ModuleGraph } from '../module-graph.ts';
import { nodeServer } from '../node-shared/node-server.ts';
import type { Sink } from '../node-shared/sinks.ts';
import { localNames } from '../syntax/imports.ts';
import type { McpFunction } from './functions.ts';
import { functionPlace } from './places.ts';

/** A file that the host serves, and MCP somewhere behind it. */
interface UnreadWay {
  file: SourceFile;
  sink: Sink;
}

/**
 * What the host may serve besides the functions, in a form that cannot be wrapped: `export { handler as default }`,
 * `module.exports = handler`, what a page does on the server.
 */
export function unreadWays(model: CodeModel, functions: McpFunction[]): UnreadWay[] {
  const graph = new ModuleGraph(model.snapshot);
  const { sinks } = nodeServer(model);
  return model.sourceFiles().flatMap((file) => {
    if (functions.some((own) => own.file === file) || isGated(file) || !isServed(model, file)) return [];
    const reached = graph.reachableFrom(model.pathOf(file));
    return sinks
      .filter(({ node }) => reached.has(model.pathOf(node.getSourceFile())))
      .map((sink): UnreadWay => ({ file, sink }));
  });
}

/**
 * MCP that no function leads to.
 * @param isGuarded whether a gate stands before this sink anyway, as where the function is an app with one
 * @returns why the run is refused
 */
export function unreadFunction(
  model: CodeModel,
  functions: McpFunction[],
  isGuarded: (sink: Sink) => boolean = () => false,
): string | undefined {
  const known = functions.flatMap(({ sinks }) => sinks);
  const way = unreadWays(model, functions).find(({ sink }) => !known.includes(sink) && !isGuarded(sink));
  return (
    way &&
    `${model.pathOf(way.file)} leads to MCP (${model.placeOf(way.sink.node)}) in another form than export default (req, res)`
  );
}

function isServed(model: CodeModel, file: SourceFile): boolean {
  const path = model.pathOf(file);
  const isPage = model.snapshot.manifest.allDependencies['next'] !== undefined && /^(src\/)?pages\//.test(path);
  return isPage || functionPlace(path, model.snapshot) !== undefined;
}

function isGated(file: SourceFile): boolean {
  return localNames(file, ({ imported }) => imported === 'protectMcp').size > 0;
}
