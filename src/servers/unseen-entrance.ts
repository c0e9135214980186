import type { CodeModel } from './model.ts';
import { ownTransports } from './own-transports.ts';
import { escapedHandler } from './sdk2/escapes.ts';
import { programOf } from './ways/program.ts';

/**
 * Looks for a way into the MCP server that no adapter follows. A gate that does not know all ways is none.
 * @returns why the run is refused
 */
export function unseenEntrance(model: CodeModel, entry: string): string | undefined {
  const isInProgram = programOf(model, entry);
  const own = ownTransports(model).find((node) => isInProgram(node.getSourceFile()));
  if (!own) return escapedHandler(model, entry);
  const place = model.placeOf(own);
  return `at ${place} MCP is served by a transport of the project's own, and it cannot be told what leads there`;
}
