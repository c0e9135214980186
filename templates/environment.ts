import { loadEnvFile, setting, SETTINGS } from './runtime.ts';

export { loadEnvFile };

/** A value that has to be there. Throws an error that names the variable. */
export function variable(name: string): string {
  const value = setting(name);
  if (!value) throw new Error(`${name} is not set. Put it into ${SETTINGS}.`);
  if (value !== value.trim()) throw malformed(name, 'starts or ends with white space');
  return value;
}

/** A value that may be left out: it is empty then. */
export function optionalVariable(name: string): string {
  return setting(name) ? variable(name) : '';
}

/** An http(s) URL. It is compared byte for byte, so it is checked and never changed. */
export function urlVariable(name: string): string {
  const value = variable(name);
  const url = parseUrl(value);
  if (!url || !/^https?:\/\//i.test(value)) throw malformed(name, 'is not an http(s) URL');
  if (value.includes('#')) throw malformed(name, 'has a fragment');
  if (url.username || url.password) throw malformed(name, 'contains credentials');
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) throw malformed(name, 'must start with https://');
  return value;
}

function parseUrl(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

/** Tokens may travel unencrypted on this machine only (OAuth 2.1 §1.5). */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Host names for `allowedHosts` of the SDK's `createMcp…App()`: the public one, and this machine. */
export function mcpHosts(): string[] {
  loadEnvFile();
  return [new URL(urlVariable('MCP_RESOURCE_URL')).hostname, 'localhost', '127.0.0.1', '[::1]'];
}

/** Names the variable, what is wrong with it, and its value. */
export function malformed(name: string, problem: string): Error {
  return new Error(`${name} ${problem}: ${setting(name) ?? ''}`);
}
