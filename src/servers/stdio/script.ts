import { findNodeAtLocation } from 'jsonc-parser';
import { insertProperty, jsonIndent, jsonRoot, setJsonProperty, split } from '../../edit/json.ts';
import type { ProjectSnapshot } from '../../project/snapshot.ts';
import { isTypeScript } from '../../project/source-files.ts';
import { sourceOf } from '../entry-points.ts';

/** Scripts that may show how the server is started, the likeliest first. */
const EXAMPLES = ['start', 'start:stdio', 'serve', 'mcp', 'dev', 'start:dev'];
const NAMES = ['start:http', 'start:mcp-http', 'start:streamable-http'];

/** How HTTP is asked for on a command line: an argument, or a variable where the server reads its arguments itself. */
export type Wish = { argument: string } | { variable: string };

/**
 * The script that starts the server over HTTP: the way the project starts it already, with the wish for HTTP.
 * @param started files that lead to stdio, any of which a script may name
 */
export function httpScript(
  snapshot: ProjectSnapshot,
  started: ReadonlySet<string>,
  entry: string,
  wish: Wish,
): { name: string; command: string } {
  const { scripts, bin, main } = snapshot.manifest;
  const name = NAMES.find((each) => scripts[each] === undefined) ?? NAMES[0]!;
  const named = (words: string[]): string | undefined =>
    words.find((word) => started.has(sourceOf(snapshot, word) ?? ''));
  const example = EXAMPLES.map((each) => scripts[each]).find((script) => script && named(script.split(/[\s'"&|;]+/)));
  const file = named([...bin, ...(main === undefined ? [] : [main])]);
  const base = example ? last(example) : file && file !== entry ? `node ${plain(file)}` : runner(entry);
  if ('argument' in wish) return { name, command: `${base} ${wish.argument}` };
  const setter = 'cross-env' in snapshot.manifest.allDependencies ? 'cross-env ' : '';
  return { name, command: `${setter}${wish.variable} ${base}` };
}

/** `npm run build && node dist/index.js` -> the command that runs the server; watching is for development. */
function last(script: string): string {
  const command = script.split('&&').at(-1)!.trim();
  const words = command.split(' ').filter((word) => word !== '--watch');
  return (words[0] === 'tsx' && words[1] === 'watch' ? ['tsx', ...words.slice(2)] : words).join(' ');
}

function runner(entry: string): string {
  return isTypeScript(entry) ? `npx tsx ${entry}` : `node ${entry}`;
}

function plain(file: string): string {
  return file.startsWith('./') ? file.slice(2) : file;
}

/** The manifest with one script more, behind its last one. */
export function withScript(text: string, { name, command }: { name: string; command: string }): string {
  const { json, bom } = split(text);
  const root = jsonRoot(text);
  const scripts = root && findNodeAtLocation(root, ['scripts']);
  if (!scripts) return setJsonProperty(text, 'scripts', { [name]: command });
  const indent = jsonIndent(text);
  const property = `${JSON.stringify(name)}: ${JSON.stringify(command)}`;
  const style = { indent: indent + indent, closing: indent };
  return bom + insertProperty(json, scripts, property, scripts.children?.length ?? 0, style);
}
