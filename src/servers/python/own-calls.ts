import { calledName, positional, receiver } from './calls.ts';
import type { PySource } from './program.ts';
import type { Servers } from './servers.ts';

/**
 * Notes on places where the program runs tools by itself, `mcp.call_tool(name, …)`: in a route of its own, say. The gate
 * sees MCP only.
 */
export function notesOnOwnCalls(servers: Servers, sources: readonly PySource[]): string[] {
  return sources.flatMap((source) =>
    source.calls.flatMap((call) => {
      const object = calledName(call) === 'call_tool' ? receiver(call) : undefined;
      // Without arguments it is the decorator of the low-level server.
      if (!object || positional(call).length === 0 || servers.of(object).length === 0) return [];
      const place = `${source.path}:${call.row + 1}`;
      return [`${place} runs tools by itself (${object.text}.call_tool), where neither token nor scopes are checked`];
    }),
  );
}
