import type { Constants } from './constants.ts';
import { decoratorsOf } from './origins.ts';
import type { PyProgram } from './program.ts';
import type { Servers } from './servers.ts';
import type { FoundTools } from './tools.ts';

const BASES = ['fastapps.BaseWidget', 'fastapps.core.widget.BaseWidget'];

/** FastApps: every class that extends `BaseWidget` is a tool with its `identifier` for a name. */
export function widgetTools(program: PyProgram, servers: Servers, constants: Constants, found: FoundTools): void {
  const own = servers.all.filter(({ kind }) => kind === 'fastapps');
  if (own.length === 0) return;
  for (const source of program.sources) {
    for (const node of source.tree.root.below()) {
      if (node.type !== 'class_definition') continue;
      if (!program.origins.externalBases(node).some((base) => BASES.includes(base))) continue;
      const [identifier] = source.scopes.of(node, 'identifier');
      const value = identifier?.kind === 'value' ? identifier.node : undefined;
      const name = constants.string(value);
      const place = { file: source.path, line: node.row + 1 };
      if (name !== undefined) found.tools.push({ tool: { name, ...place }, servers: own });
      else if (value)
        found.unresolved.push({
          tool: { ...place, expression: value.text, reason: 'the identifier is made when the server starts' },
          servers: own,
        });
    }
  }
}

/** Names of the widgets that `@no_auth` leaves open, for a remark: the map decides before the widget is asked. */
export function openWidgets(program: PyProgram, constants: Constants): string[] {
  return program.sources.flatMap((source) =>
    [...source.tree.root.below()].flatMap((node) => {
      if (node.type !== 'class_definition' || !decoratorsOf(node).some(({ text }) => text.split('(')[0] === 'no_auth'))
        return [];
      const [identifier] = source.scopes.of(node, 'identifier');
      return (identifier?.kind === 'value' ? constants.string(identifier.node) : undefined) ?? [];
    }),
  );
}
