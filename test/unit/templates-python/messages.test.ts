import { expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

const parse = (body: string): Promise<unknown> => callPython({ do: 'parse', input: body });
const check = (headers: Record<string, string>): Promise<unknown> => callPython({ do: 'headers', input: headers });
const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete-task"}}';

describePython('a body in Python', () => {
  it('says what it asks for', async () => {
    expect(await parse(call)).toEqual([['tools/call', 'delete-task', 1]]);
    expect(await parse(`[${call}, {"method":"ping"}, {"id":1,"result":{}}]`)).toEqual([
      ['tools/call', 'delete-task', 1],
      ['ping', null, null],
      [null, null, null],
    ]);
  });

  const refused: Record<string, string> = {
    'no JSON': '{',
    'no object': '"tools/call"',
    'an empty batch': '[]',
    'a batch in a batch': `[[${call}]]`,
    'a call without name': '{"method":"tools/call","params":{}}',
    'a name that is none': '{"method":"tools/call","params":{"name":1}}',
    'a method that is none': '{"method":["tools/call"],"result":{}}',
    'a name twice': '{"method":"tools/call","params":{"name":"search-tasks","name":"delete-task"}}',
    'UTF-16': [...call].map((c) => `${c}\0`).join(''),
    'UTF-16 with its mark': `\xff\xfe${[...call].map((c) => `${c}\0`).join('')}`,
    'a byte order mark': `\xef\xbb\xbf${call}`,
    'bytes that are not UTF-8': '{"method":"ping\xff"}',
    'a constant of JavaScript': '{"method":"ping","id":NaN}',
    'no end to the brackets': '['.repeat(100_000),
    'a number without end': `{"method":"ping","id":${'9'.repeat(5000)}}`,
  };
  it.each(Object.entries(refused))('is refused with %s', async (_name, body) => {
    expect(await parse(body)).toBe(400);
  });

  it.each([
    { 'content-type': 'application/json' },
    { 'content-type': 'Application/JSON; charset="UTF-8"', 'content-encoding': 'identity' },
  ])('may come with %j', async (headers) => {
    expect(await check(headers as Record<string, string>)).toBeNull();
  });

  it.each([
    [415, {}],
    [415, { 'content-type': 'text/plain' }],
    [415, { 'content-type': 'application/json; charset=utf-7' }],
    [415, { 'content-type': 'application/json, text/plain' }],
    [415, { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    [413, { 'content-type': 'application/json', 'content-length': '4194305' }],
  ])('is answered %i with %j', async (status, headers) => {
    expect(await check(headers as Record<string, string>)).toBe(status);
  });
});
