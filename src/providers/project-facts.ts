import { envValue } from '../edit/env.ts';
import { findText } from '../project/find-text.ts';
import type { ProjectReader } from '../project/read.ts';
import type { SettingsFile } from '../project/settings-file.ts';
import type { ProviderInput } from './types.ts';

/** What a provider may want to know about the project. */
export function projectFacts(
  root: string,
  reader: ProjectReader,
  settings: SettingsFile,
): Pick<ProviderInput, 'env' | 'exists' | 'files'> {
  return {
    env: (name) => envValue(reader.text(settings) ?? '', name),
    exists: (file) => reader.exists(file),
    files: { read: (file) => reader.text(file), findText: (words) => findText(root, words) },
  };
}
