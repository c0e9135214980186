import type { PyNode } from '../../edit/python-tree.ts';
import type { PyProgram, PySource } from './program.ts';

/** A session manager or a transport that the code makes itself. It serves whoever gets to it, by whatever route. */
export interface Handler {
  call: PyNode;
  source: PySource;
}

const CLASSES = [
  'StreamableHTTPSessionManager',
  'FastMCPStreamableHTTPSessionManager',
  'StreamableHTTPServerTransport',
  'SseServerTransport',
];

/** Finds the calls that make one. */
export function findHandlers(program: PyProgram, sources: readonly PySource[]): Handler[] {
  return sources.flatMap((source) =>
    source.calls
      .filter((call) =>
        program.origins.of(call).some((o) => o.kind === 'result' && o.call === call && isHandlerClass(o.of)),
      )
      .map((call) => ({ call, source })),
  );
}

function isHandlerClass(name: string): boolean {
  const parts = name.split('.');
  return ['mcp', 'fastmcp'].includes(parts[0] ?? '') && CLASSES.includes(parts.at(-1) ?? '');
}
