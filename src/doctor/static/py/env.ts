import { isSecret } from '../secrets.ts';
import { callOf, dotted, place, textOf, type PyCode, type PyFile } from './module.ts';
import { below, type Node } from './parser.ts';

/** Variables that the source reads, and secrets that stand in it instead. */
export function collectEnvironment(code: PyCode): void {
  for (const file of code.files) {
    for (const node of below(file.root)) {
      if (node.type === 'string') checkSecret(code, file, node);
      const read = readOf(file, node);
      if (!read) continue;
      const isHost = isBehindScheme(file, node);
      code.report.reads.push({ ...read, ...place(file, node), isHost });
    }
  }
}

/** `os.environ["X"]` fails without it; `os.getenv("X")` gives None, and what happens then is seen elsewhere. */
function readOf(file: PyFile, node: Node): { name: string; isNeeded: boolean } | undefined {
  if (node.type === 'subscript' && dotted(file, node.childForFieldName('value')) === 'os.environ') {
    const name = textOf(file, node.childForFieldName('subscript') ?? undefined);
    const isWritten = node.parent?.type === 'assignment' && node.parent.childForFieldName('left')?.id === node.id;
    return name === undefined || isWritten ? undefined : { name, isNeeded: true };
  }
  const call = callOf(file, node);
  if (!call || !['os.getenv', 'os.environ.get'].includes(call.name)) return undefined;
  const name = textOf(file, call.args[0]);
  if (name === undefined) return undefined;
  const isPlain = call.args.length === 1 && !call.kwargs.has('default') && node.parent?.type !== 'boolean_operator';
  return { name, isNeeded: isPlain && raisesWithout(file, node) };
}

/** `X = os.getenv("X")` and then `if not X: raise …`, or the value put straight into a text. */
function raisesWithout(file: PyFile, node: Node): boolean {
  if (node.parent?.type === 'interpolation') return true;
  const target = node.parent?.type === 'assignment' ? node.parent.childForFieldName('left')?.text : undefined;
  if (target === undefined) return false;
  return below(file.root).some((each) => {
    if (each.type !== 'if_statement') return false;
    const condition = each.childForFieldName('condition');
    const isAsked = condition?.type === 'not_operator' && below(condition).some(({ text }) => text === target);
    const ends = below(each).some(({ type, text }) => type === 'raise_statement' || text.startsWith('sys.exit('));
    return isAsked && ends;
  });
}

/** Its own place, or a use of the constant, in `f"https://{…}"`. */
function isBehindScheme(file: PyFile, node: Node): boolean {
  const target = node.parent?.type === 'assignment' ? node.parent.childForFieldName('left')?.text : undefined;
  const isIt = (each: Node): boolean =>
    each.id === node.id || (target !== undefined && each.type === 'identifier' && each.text === target);
  return below(file.root).some(
    (each) =>
      each.type === 'interpolation' &&
      each.previousNamedSibling?.type === 'string_content' &&
      each.previousNamedSibling.text.endsWith('://') &&
      each.namedChildren.some(isIt),
  );
}

function checkSecret(code: PyCode, file: PyFile, node: Node): void {
  const text = textOf(file, node);
  const name = nameBefore(file, node);
  if (text === undefined || !isSecret(name, text)) return;
  const variable = (name ?? 'SECRET').toUpperCase();
  code.report.fail(
    'env.secrets',
    place(file, node),
    `A secret is written into the code${name === undefined ? '' : ` (${name})`}.`,
    `- ${name ?? 'value'} = "***"\n+ ${name ?? 'value'} = os.environ["${variable}"]\nPut it into .env, and replace it at its provider: it is in the history of the repository.`,
  );
}

function nameBefore(file: PyFile, node: Node): string | undefined {
  const { parent } = node;
  if (parent?.type === 'assignment') return parent.childForFieldName('left')?.text;
  if (parent?.type === 'keyword_argument') return parent.childForFieldName('name')?.text;
  if (parent?.type === 'pair') return textOf(file, parent.childForFieldName('key') ?? undefined);
  if (parent?.type !== 'argument_list' || !parent.parent) return undefined;
  const call = callOf(file, parent.parent);
  const isDefault = call && ['os.getenv', 'os.environ.get'].includes(call.name) && call.args[1]?.id === node.id;
  return isDefault ? textOf(file, call.args[0]) : undefined;
}
