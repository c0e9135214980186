import { Refusal } from './answers.ts';

/** What counts of a JSON-RPC message. A response to the server has no method, only `tools/call` has a tool. */
export interface Message {
  method?: string;
  tool?: string;
  /** Of a tool call that wants an answer. */
  id?: string | number;
}

/** The largest body that is read before the decision, as in the SDK. */
export const MAX_BODY = 4 * 1024 * 1024;

/**
 * Refuses a body that somebody may read differently from us: not JSON (a form can look like JSON), not UTF-8 (what is
 * harmless in UTF-8 can be a call in UTF-7), compressed, or too large.
 */
export function checkHeaders(
  type: string | null | undefined,
  encoding: string | null | undefined,
  length: unknown,
): void {
  const [essence = '', ...parameters] = (type ?? '').toLowerCase().split(';');
  const isPlain = parameters.every(
    (text) => !text.includes('charset') || /^\s*charset\s*=\s*("utf-?8"|utf-?8)\s*$/.test(text),
  );
  if (essence.trim() !== 'application/json' || !isPlain) throw new Refusal(415, 'the body is not JSON in UTF-8');
  if (encoding && encoding.toLowerCase() !== 'identity') throw new Refusal(415, 'the body is compressed');
  if (Number(length) > MAX_BODY) throw tooLarge();
}

export function tooLarge(): Refusal {
  return new Refusal(413, 'the body is too large');
}

/** Messages of a body: bytes, text, or what a framework has parsed. Whatever is no JSON-RPC is refused. */
export function parseMessages(body: unknown): Message[] {
  const value = body instanceof Uint8Array || typeof body === 'string' ? parseJson(body) : body;
  const batch: unknown[] = Array.isArray(value) ? value : [value];
  if (batch.length === 0) throw malformed();
  return batch.map(parseMessage);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

function parseJson(body: Uint8Array | string): unknown {
  try {
    const text = typeof body === 'string' ? body : utf8.decode(body);
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

function parseMessage(value: unknown): Message {
  if (!isObject(value)) throw malformed();
  const { method, params, id } = value;
  if (method === undefined && ('result' in value || 'error' in value)) return {};
  if (typeof method !== 'string') throw malformed();
  if (method !== 'tools/call') return { method };
  if (!isObject(params) || typeof params['name'] !== 'string') throw malformed();
  const isAnswered = typeof id === 'string' || typeof id === 'number';
  return { method, tool: params['name'], ...(isAnswered ? { id } : {}) };
}

/** An object as JSON has it. A `__proto__` in it could become another method or name when the server copies it. */
function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !Object.prototype.hasOwnProperty.call(value, '__proto__');
}

function malformed(): Refusal {
  return new Refusal(400, 'the body is not JSON-RPC');
}
