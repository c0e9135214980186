import { ts } from 'ts-morph';
import { isSecret } from '../secrets.ts';
import { below, nameOf, unwrap, type Code } from './code.ts';
import { readName } from './values.ts';

/** Secrets that are written into the code: everybody who can read the repository has them. */
export function checkSecrets(code: Code): void {
  for (const file of code.files) {
    for (const node of below(file)) {
      if (!ts.isStringLiteralLike(node)) continue;
      const name = nameBefore(node);
      if (!isSecret(name, node.text)) continue;
      const variable = envName(name);
      code.report.fail(
        'env.secrets',
        code.place(node),
        `A secret is written into the code${name === undefined ? '' : ` (${name})`}.`,
        `- ${name ?? 'value'}: '***'\n+ ${name ?? 'value'}: process.env.${variable}\nPut it into .env, and replace it at its provider: it is in the history of the repository.`,
      );
    }
  }
}

/** What the value is for: the variable, property or environment variable it stands in for. */
function nameBefore(node: ts.Node): string | undefined {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent) || ts.isAsExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isBinaryExpression(parent) && parent.right === at) {
    const left = unwrap(parent.left);
    return (
      readName(left) ??
      (ts.isPropertyAccessExpression(left) ? left.name.text : ts.isIdentifier(left) ? left.text : undefined)
    );
  }
  const isNamed =
    ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return isNamed ? nameOf(parent) : undefined;
}

/** `clientSecret` -> `CLIENT_SECRET` */
function envName(name = 'SECRET'): string {
  if (name === name.toUpperCase()) return name;
  return [...name].map((letter) => (letter >= 'A' && letter <= 'Z' ? `_${letter}` : letter.toUpperCase())).join('');
}
