import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../templates/answers.ts';
import { checkHeaders, MAX_BODY, parseMessages } from '../../../templates/messages.ts';

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search', arguments: {} } };

describe('messages of a body', () => {
  it('sees method and tool', () => {
    expect(parseMessages(JSON.stringify(call))).toEqual([{ method: 'tools/call', tool: 'search', id: 1 }]);
    expect(parseMessages(Buffer.from(JSON.stringify({ ...call, method: 'ping' })))).toEqual([{ method: 'ping' }]);
    expect(parseMessages(call)).toEqual([{ method: 'tools/call', tool: 'search', id: 1 }]);
  });

  it('keeps the id of a call that wants an answer', () => {
    const { id: _, ...notification } = call;
    expect(parseMessages({ ...call, id: 'a' })).toEqual([{ method: 'tools/call', tool: 'search', id: 'a' }]);
    for (const odd of [notification, { ...call, id: null }, { ...call, id: {} }, { ...call, id: true }])
      expect(parseMessages(odd)).toEqual([{ method: 'tools/call', tool: 'search' }]);
  });

  it('sees every element of a batch', () => {
    expect(parseMessages([{ ...call, method: 'ping' }, call])).toEqual([
      { method: 'ping' },
      { method: 'tools/call', tool: 'search', id: 1 },
    ]);
  });

  it('knows answers of the client to the server', () => {
    expect(
      parseMessages([
        { id: 1, result: {} },
        { id: 2, error: {} },
      ]),
    ).toEqual([{}, {}]);
    expect(parseMessages({ ...call, result: {} })).toEqual([{ method: 'tools/call', tool: 'search', id: 1 }]);
  });

  it('reads UTF-8 with a byte order mark as everybody does', () => {
    expect(parseMessages(Buffer.from(`\ufeff${JSON.stringify(call)}`))).toHaveLength(1);
  });

  const bad: Record<string, unknown> = {
    nothing: undefined,
    'empty text': '',
    'cut off': '{"method":"pi',
    'two documents': '{"method":"ping"}{"method":"ping"}',
    'invalid UTF-8': Buffer.from('{"method":"\xff"}', 'latin1'),
    'UTF-16': Buffer.from(JSON.stringify(call), 'utf16le'),
    null: null,
    number: 42,
    'empty batch': [],
    'batch in a batch': [[call]],
    'null in a batch': [call, null],
    'text in a batch': [call, 'ping'],
    'no method': {},
    'method of another type': { ...call, method: ['tools/call'] },
    'method of another type beside a result': { method: 1, result: {} },
    'a call without parameters': { ...call, params: undefined },
    'a call with a list of parameters': { ...call, params: [{ name: 'search' }] },
    'a call without a name': { ...call, params: {} },
    'a name of another type': { ...call, params: { name: ['search'] } },
    'a method by prototype': '{"__proto__":{"method":"tools/call"},"result":{}}',
    'a name by prototype': '{"method":"tools/call","params":{"name":"x","__proto__":{"name":"search"}}}',
  };
  it.each(Object.entries(bad))('refuses %s with 400', (_name, body) => {
    expect(() => parseMessages(body)).toThrow(new Refusal(400, 'the body is not JSON-RPC'));
    expect(statusOf(() => parseMessages(body))).toBe(400);
  });

  it('survives any depth', () => {
    const deep = `{"method":"ping","params":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(parseMessages(deep)).toEqual([{ method: 'ping' }]);
  });
});

describe('headers of a body', () => {
  it.each([
    'application/json',
    'Application/JSON',
    ' application/json ; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json; profile=x',
    'application/json; charset = utf-8',
    'application/json; charset="utf8"',
  ])('accepts %s', (type) => {
    expect(() => checkHeaders(type, undefined, 10)).not.toThrow();
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'text/plain; application/json',
    'application/json, text/plain',
    'application/json-seq',
    'application/x-www-form-urlencoded; x="application/json"',
    'application/vnd.api+json',
    'application/json; charset=utf-7',
    'application/json; charset=utf-16le',
    'application/json; charset=utf-8; charset=utf-7',
    'application/json; charset=utf-8x',
    'application/json; xcharset=utf-8',
    'application/json; charset*=utf-8',
    'application/json; charset=x"utf-8"',
    'application/json; charset=utf-8"',
  ])('refuses %s with 415', (type) => {
    expect(statusOf(() => checkHeaders(type, undefined, 10))).toBe(415);
    expect(() => checkHeaders(type, undefined, 10)).toThrow('the body is not JSON in UTF-8');
  });

  it('refuses compression: 415', () => {
    expect(() => checkHeaders('application/json', 'gzip', 10)).toThrow('the body is compressed');
    expect(statusOf(() => checkHeaders('application/json', 'identity, gzip', 10))).toBe(415);
    for (const none of ['identity', 'IDENTITY', '', null, undefined]) {
      expect(() => checkHeaders('application/json', none, 10)).not.toThrow();
    }
  });

  it('refuses what is announced as larger than 4 MB: 413', () => {
    expect(MAX_BODY).toBe(4 * 1024 * 1024);
    expect(() => checkHeaders('application/json', null, String(MAX_BODY))).not.toThrow();
    expect(() => checkHeaders('application/json', null, String(MAX_BODY + 1))).toThrow('the body is too large');
    expect(statusOf(() => checkHeaders('application/json', null, String(MAX_BODY + 1)))).toBe(413);
  });
});

function statusOf(act: () => unknown): number | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
  return undefined;
}
