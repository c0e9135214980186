import { Node, VariableDeclarationKind, type ArrayLiteralExpression, type SourceFile } from 'ts-morph';
import semver from 'semver';
import { XMCP_CONFIG } from '../../project/source-files.ts';
import type { Edit } from '../../types.ts';
import type { FileEdit } from '../edits/file-edit.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { refusal } from '../edits/refusal.ts';
import { isWorker } from '../fetch-shared/facts.ts';
import type { CodeModel } from '../model.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { localNames } from '../syntax/imports.ts';
import { declarationsOf, declaredValue, isFunctionNode, lastName, unwrap } from '../syntax/nodes.ts';
import type { EditInput, Match } from '../types.ts';

/** The one file that xmcp takes middleware from. */
export const MIDDLEWARE = 'src/middleware.ts';

const WHY = 'runs the gate before the endpoint and before all other middleware';
/** The oldest version that this was tried with. */
const OLDEST = '0.3.5';

/** `export default protectMcp()`, or `protectMcp()` before the middleware that is there. */
export function editXmcp(model: CodeModel, match: Match, input: EditInput): Edit[] {
  const obstacle = obstacleIn(model);
  if (obstacle) return [skip(match, input, obstacle)];
  const edits = new FileEdits(model, input.authDir, 'xmcp');
  const file = model.sourceFile(MIDDLEWARE);
  if (!file) return [created(model, edits)];
  const reason = putFirst(file, edits);
  return reason === undefined ? edits.result(WHY) : [skip(match, input, reason)];
}

function obstacleIn(model: CodeModel): string | undefined {
  const { manifest, versionOf } = model.snapshot;
  const version = semver.coerce(versionOf('xmcp'));
  if (version && semver.lt(version, OLDEST))
    return `xmcp ${version.version} is older than ${OLDEST}: raise it first (npm install xmcp@latest)`;
  const script = Object.entries(manifest.scripts).find(([, text]) => /\bxmcp\b.* --cf\b/.test(text));
  if (script || isWorker(model)) return 'xmcp on Cloudflare Workers runs middleware of another kind';
  return ungatedElsewhere(model, { entry: MIDDLEWARE, servers: [], calls: [] });
}

function created(model: CodeModel, edits: FileEdits): Edit {
  const { style } = edits.of(model.sourceFile(XMCP_CONFIG)!);
  const end = style.semicolons ? ';' : '';
  const { importQuote: quote } = style;
  const after = [
    `import { protectMcp } from ${quote}${edits.specifierFrom(MIDDLEWARE)}${quote}${end}`,
    '',
    `export default protectMcp()${end}`,
    '',
  ].join(style.eol);
  return { kind: 'create', path: MIDDLEWARE, before: null, after, why: WHY };
}

/** @returns why it cannot be done */
function putFirst(file: SourceFile, edits: FileEdits): string | undefined {
  const edit = edits.of(file);
  const exported = file
    .getExportAssignments()
    .find((each) => !each.isExportEquals())
    ?.getExpression();
  if (!exported) return putBeforeFunction(file, edit);
  const value = isFixed(exported) ? valueOf(exported) : undefined;
  if (isGate(value)) return undefined;
  if (Node.isArrayLiteralExpression(value)) {
    if (value.getSourceFile() !== file) return 'its middleware is a list in another file';
    return prepend(value, edit);
  }
  const isOne = value && (isFunctionNode(value) || Node.isObjectLiteralExpression(value));
  if (!isOne) return 'whether its default export is one middleware or a list of them is not to be seen';
  edit.wrap(exported, `[${edit.import('protectMcp')}(), `, ']');
  return undefined;
}

/** `export default function (req, res, next) { … }` */
function putBeforeFunction(file: SourceFile, edit: FileEdit): string | undefined {
  const fn = file.getFunctions().find((each) => each.isDefaultExport());
  const name = fn?.getName();
  if (!fn || !fn.hasDefaultKeyword()) return 'there is no default export';
  const start = fn.getStart() + /^export\s+default\s+/.exec(fn.getText())![0].length;
  const isUsed = file
    .getDescendants()
    .some((node) => Node.isIdentifier(node) && node.getText() === name && !node.getAncestors().includes(fn));
  if (isUsed) return 'the function that it exports is used elsewhere in it';
  const end = fn.getEnd();
  edit.splice([
    { start, end: start, text: `[${edit.import('protectMcp')}(), ` },
    { start: end, end, text: edit.style.semicolons ? '];' : ']' },
  ]);
  return undefined;
}

/** @returns why it cannot be done */
function prepend(list: ArrayLiteralExpression, edit: FileEdit): string | undefined {
  const [first, ...others] = list.getElements();
  if (isGate(first)) return undefined;
  if (others.some(isGate)) return 'protectMcp() has to be the first of its middleware';
  const gate = `${edit.import('protectMcp')}()`;
  const start = list.getStart() + '['.length;
  const lead = first ? list.getSourceFile().getFullText().slice(start, first.getStart()) : '';
  const gap = lead.includes('\n') ? edit.style.eol + lead.slice(lead.lastIndexOf('\n') + 1) : ' ';
  const at = first?.getStart() ?? start;
  edit.splice([{ start: at, end: at, text: first ? `${gate},${gap}` : gate }]);
  return undefined;
}

/** Does a name keep what it is declared with? A list that loses its first element loses the gate. */
function isFixed(exported: Node): boolean {
  const value = unwrap(exported);
  const [declaration] = Node.isIdentifier(value) ? declarationsOf(value) : [];
  if (!Node.isVariableDeclaration(declaration)) return true;
  const isConst = declaration.getVariableStatement()?.getDeclarationKind() === VariableDeclarationKind.Const;
  const uses = declaration.findReferencesAsNodes().map((name) => name.getParent());
  return isConst && !uses.some((use) => Node.isMemberExpression(use) && !ADDING.has(lastName(use) ?? ''));
}

/** What a list may be asked for without a change of what comes first. */
const ADDING = new Set(['push', 'map', 'forEach']);

/** What an expression stands for: the list, the function or the call that is written out somewhere. */
function valueOf(node: Node): Node | undefined {
  const value = unwrap(node);
  if (!Node.isIdentifier(value)) return value;
  const [declaration] = declarationsOf(value);
  if (!declaration || isFunctionNode(declaration)) return declaration;
  const declared = declaredValue(declaration);
  return declared && unwrap(declared);
}

function isGate(node: Node | undefined): boolean {
  if (!Node.isCallExpression(node)) return false;
  const names = localNames(
    node.getSourceFile(),
    ({ imported, specifier }) => imported === 'protectMcp' && /\/xmcp(\.[jt]s)?$/.test(specifier),
  );
  return names.has(node.getExpression().getText());
}

function skip(match: Match, input: EditInput, reason: string): Edit {
  return refusal(match, WHY, reason, [
    `// ${MIDDLEWARE}`,
    `import { protectMcp } from '<${input.authDir}>/xmcp';`,
    '',
    'export default [protectMcp(), ownMiddleware]; // the gate comes first',
  ]);
}
