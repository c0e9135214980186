import type { ProviderIo } from '../providers/types.ts';
import type { Io } from './options.ts';

/** What a provider may use of the terminal. */
export const providerIo = ({ mode, ui }: Io): ProviderIo => ({
  interactive: mode.interactive,
  ask: ui.ask,
  warn: ui.warn,
});
