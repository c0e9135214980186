import { fetchAdapter } from './fetch/adapter.ts';
import { honoAdapter } from './hono/adapter.ts';
import { nextAdapter } from './next/adapter.ts';
import type { ServerAdapter } from './types.ts';

/** Every HTTP framework that can be recognised; a new one is added here. */
export const adapters: ServerAdapter[] = [honoAdapter, nextAdapter, fetchAdapter] as ServerAdapter[];
