import type { Exchange } from '../doctor/gather/http.ts';
import type { Style } from './style.ts';

const MAX_BODY = 400;

/** The HTTP exchanges as they were, for people. Secrets were struck out when they were recorded. */
export function renderExchanges(log: Exchange[], style: Style): string {
  return log.flatMap((exchange) => [...linesOf(exchange, style), '']).join('\n');
}

function linesOf(exchange: Exchange, style: Style): string[] {
  const { method, url, status, problem, detail, ms, sent, body, headers, text } = exchange;
  const result = status === undefined ? `${problem ?? ''} ${detail ?? ''}`.trim() : String(status);
  return [
    style.bold(`${method} ${url}`),
    ...Object.entries(sent).map(([name, value]) => `  > ${name}: ${printable(value)}`),
    ...(body === undefined ? [] : [`  > ${printable(body)}`]),
    `  < ${result} (${ms} ms)`,
    ...Object.entries(headers).map(([name, value]) => style.dim(`  < ${name}: ${printable(value)}`)),
    ...(text === '' ? [] : [style.dim(`  < ${printable(text)}`)]),
  ];
}

/** One line, without what a terminal would act on. */
function printable(text: string): string {
  const flat = [...text.slice(0, MAX_BODY)].map((character) => (isControl(character) ? ' ' : character)).join('');
  return text.length > MAX_BODY ? `${flat}…` : flat;
}

const isControl = (character: string): boolean => character < ' ' || (character >= '\x7f' && character <= '\x9f');
