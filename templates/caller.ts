import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuthInfo } from './auth-info.ts';

/** Who has sent the request that is being answered, where a framework does not hand it on to tools itself. */
export const caller = new AsyncLocalStorage<AuthInfo | undefined>();
