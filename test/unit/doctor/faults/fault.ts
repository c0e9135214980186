import type { CheckId } from '../../../../src/doctor/ids.ts';
import type { Client } from '../../../../src/doctor/profiles/clients.ts';
import type { Bench } from '../../../fakes/doctor/bench.ts';

/** One way to break a healthy setup, and what the doctor must say. */
export interface Fault {
  name: string;
  break: (bench: Bench) => void | Promise<void>;
  /** The first root cause; nothing else may fail. */
  cause: CheckId;
  /** `fail` when left out. */
  level?: 'fail' | 'warn';
  /** What the printed fix must say. */
  fix: (string | RegExp)[] | ((bench: Bench) => (string | RegExp)[]);
  register?: true;
  client?: Client;
  /** Milliseconds for each request. */
  timeout?: number;
  /** The token to explain. */
  token?: (bench: Bench) => Promise<string> | string;
  /** Does what the printed fix says; by default the setup is put back. */
  repair?: (bench: Bench) => void;
}
