import type { Client } from '../doctor/profiles/clients.ts';

/** Does somebody mean an address, and not a directory? */
export const isUrl = (target: string): boolean => target.includes('://');

/** `add-auth doctor [target]`, as parsed and checked for form. */
export interface DoctorOptions {
  /** A directory, or the URL of an MCP endpoint. */
  target: string;
  client?: Client | undefined;
  /** A JWT, `-` for stdin, or `@file`. Falls back to `ADD_AUTH_TOKEN`. */
  token?: string | undefined;
  register: boolean;
  login: boolean;
  watch: boolean;
  fix: boolean;
  yes: boolean;
  strict: boolean;
  verbose: boolean;
  report?: string | undefined;
  junit?: string | undefined;
  /** Milliseconds for each request. */
  timeout: number;
  json: boolean;
}
