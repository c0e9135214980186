import type { ts } from 'ts-morph';
import type { Tool, UnresolvedTool } from '../../types.ts';
import type { SourceProgram } from './program.ts';
import type { StringValue } from './values.ts';

const MAX_EXPRESSION = 80;

/** Collects tools and what could not be resolved; each name and each place once. */
export class Findings {
  readonly #tools = new Map<string, Tool>();
  readonly #unresolved = new Map<string, UnresolvedTool>();

  constructor(private readonly program: SourceProgram) {}

  /** @param registration the place that stands for the tool when its name is written there, or in a plain constant */
  tool(name: StringValue, registration: ts.Node, annotations?: Tool['annotations']): void {
    const place = this.program.locate(name.owner ? name.node : (name.site ?? registration));
    const tool: Tool = { name: name.value, ...place, ...(annotations ? { annotations } : {}) };
    const known = this.#tools.get(name.value);
    if (!known || byPlace(tool, known) < 0) {
      this.#tools.set(name.value, {
        ...tool,
        ...((tool.annotations ?? known?.annotations) ? { annotations: (tool.annotations ?? known?.annotations)! } : {}),
      });
    } else if (!known.annotations && annotations) {
      known.annotations = annotations;
    }
  }

  unresolved(expression: ts.Node, reason: string): void {
    const place = this.program.locate(expression);
    const text = expression.getText().replaceAll(/\s+/g, ' ');
    const shown = text.length > MAX_EXPRESSION ? `${text.slice(0, MAX_EXPRESSION - 1)}…` : text;
    this.#unresolved.set(`${place.file}:${place.line}:${shown}`, { ...place, expression: shown, reason });
  }

  result(): { tools: Tool[]; unresolved: UnresolvedTool[] } {
    return { tools: [...this.#tools.values()].sort(byPlace), unresolved: [...this.#unresolved.values()].sort(byPlace) };
  }
}

function byPlace(a: { file: string; line: number }, b: { file: string; line: number }): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;
}
