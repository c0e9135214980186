import assert from 'node:assert/strict';

/** The handshake. @returns headers that belong to the session, none when the server keeps no sessions */
export async function open(resource, token) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const answer = await post(resource, token, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  assert.equal(answer.status, 200);
  await answer.text();
  const id = answer.headers.get('mcp-session-id');
  const headers = { 'Mcp-Protocol-Version': '2025-11-25', ...(id ? { 'Mcp-Session-Id': id } : {}) };
  await post(resource, token, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return headers;
}

export function call(name, args = {}) {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
}

export function post(url, token, message, headers = {}) {
  const authorization = token ? { Authorization: `Bearer ${token}` } : {};
  return fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...authorization,
      ...headers,
    },
    body: JSON.stringify(message),
  });
}

/** Waits until anything answers there. */
export async function answers(url) {
  for (let attempt = 0; attempt < 120; attempt++) {
    const isUp = await fetch(url, { method: 'OPTIONS' }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`nothing answers at ${url}`);
}
