import type { PyNode } from '../../edit/python-tree.ts';
import type { PyProgram } from './program.ts';

const DEPTH = 8;

/** What a list, a tuple or a dictionary holds that is written down, also by name: of a dictionary the values. */
export function elementsOf(program: PyProgram, node: PyNode, depth = 0): PyNode[] {
  switch (node.type) {
    case 'list':
    case 'tuple':
    case 'set':
    case 'expression_list':
      return node.parts;
    case 'dictionary':
      return node.parts.flatMap((pair) => pair.child('value') ?? []);
    case 'list_comprehension':
    case 'dictionary_comprehension':
      return node.all('body').flatMap((body) => body.child('value') ?? body);
    case 'call': {
      const callee = node.child('function');
      const object = callee?.child('attribute')?.text === 'values' ? callee.child('object') : undefined;
      return object ? elementsOf(program, object, depth + 1) : [];
    }
    case 'identifier': {
      const bindings = depth > DEPTH ? [] : program.sourceOf(node).scopes.lookUp(node);
      return bindings.flatMap((binding) =>
        binding.kind === 'value' ? elementsOf(program, binding.node, depth + 1) : [],
      );
    }
    default:
      return [];
  }
}
