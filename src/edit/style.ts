import { ts } from 'ts-morph';
import { indentationAt } from './text.ts';

/** How a source file is written, so that what is added looks like its neighbours. */
export interface SourceStyle {
  eol: '\n' | '\r\n';
  /** One level of indentation: a tab or so many spaces. */
  indent: string;
  quote: "'" | '"';
  /** Of the modules in imports, where they are quoted otherwise than most of the file. */
  importQuote: "'" | '"';
  semicolons: boolean;
  bom: boolean;
  shebang: boolean;
}

const BOM = '\uFEFF';

/**
 * Reads the style of a TypeScript or JavaScript file off its syntax tree; where the text does not say, the defaults are
 * two spaces, single quotes, semicolons and `\n`.
 * @param text the file as it is on disk, byte order mark included
 * @param fileName decides, by its ending, between TypeScript and JSX
 */
export function detectStyle(text: string, fileName = 'file.ts'): SourceStyle {
  const bom = text.startsWith(BOM);
  const body = bom ? text.slice(1) : text;
  const file = ts.createSourceFile(fileName, body, ts.ScriptTarget.Latest, true);
  const votes = countVotes(file);
  const quote = preferred(votes.quotes) ?? "'";
  return {
    eol: occurrences(body, '\r\n') > occurrences(body, '\n') / 2 ? '\r\n' : '\n',
    indent: mostFrequent(votes.indents) ?? '  ',
    quote,
    importQuote: preferred(votes.importQuotes) ?? quote,
    semicolons: votes.withoutSemicolon <= votes.withSemicolon,
    bom,
    shebang: ts.getShebang(body) !== undefined,
  };
}

interface QuoteVotes {
  single: number;
  double: number;
}

interface Votes {
  indents: Map<string, number>;
  quotes: QuoteVotes;
  importQuotes: QuoteVotes;
  withSemicolon: number;
  withoutSemicolon: number;
}

function countVotes(file: ts.SourceFile): Votes {
  const votes: Votes = {
    indents: new Map(),
    quotes: { single: 0, double: 0 },
    importQuotes: { single: 0, double: 0 },
    withSemicolon: 0,
    withoutSemicolon: 0,
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && !ts.isJsxAttribute(node.parent)) {
      voteOnQuote(node, file, votes.quotes);
      if (ts.isImportDeclaration(node.parent)) voteOnQuote(node, file, votes.importQuotes);
    }
    if (endsInSemicolon(node)) {
      if (file.text[node.getEnd() - 1] === ';') votes.withSemicolon++;
      else votes.withoutSemicolon++;
    }
    if (ts.isBlock(node)) voteOnIndent(node, file, votes);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return votes;
}

/** A literal that holds the other quote has no choice, so it does not count. */
function voteOnQuote(node: ts.StringLiteral, file: ts.SourceFile, votes: QuoteVotes): void {
  const opening = file.text[node.getStart(file)];
  if (opening === "'" && !node.text.includes('"')) votes.single++;
  if (opening === '"' && !node.text.includes("'")) votes.double++;
}

function preferred({ single, double }: QuoteVotes): "'" | '"' | undefined {
  if (single === 0 && double === 0) return undefined;
  return double > single ? '"' : "'";
}

function endsInSemicolon(node: ts.Node): boolean {
  return (
    ts.isExpressionStatement(node) ||
    ts.isVariableStatement(node) ||
    ts.isImportDeclaration(node) ||
    ts.isReturnStatement(node) ||
    ts.isThrowStatement(node)
  );
}

/** How much deeper the statements of a block stand than the line that opens it. */
function voteOnIndent(block: ts.Block, file: ts.SourceFile, votes: Votes): void {
  const [first] = block.statements;
  if (!first) return;
  const outer = indentationAt(file.text, block.getStart(file));
  const inner = indentationAt(file.text, first.getStart(file));
  if (inner.length <= outer.length || !inner.startsWith(outer)) return;
  const step = inner.slice(outer.length);
  votes.indents.set(step, (votes.indents.get(step) ?? 0) + 1);
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

function mostFrequent(counts: Map<string, number>): string | undefined {
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
