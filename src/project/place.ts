import { join, posix } from 'node:path';
import { CliError } from '../errors.ts';
import type { Place } from './python/places.ts';

/** A directory with an MCP server, and the language it is in. */
export type LanguagePlace = Place & { language: 'python' | 'node' };

/**
 * Chooses the directory that is meant among those with an MCP server: the one that was asked for before those in it, a
 * real server before one that is only declared, and what has a manifest before a stray file beside it.
 * @param dir as it was asked for
 * @param python at least one
 * @throws CliError `ambiguous-entry` with the commands that say which one
 */
export function choosePlace(dir: string, python: readonly Place[], node: readonly Place[]): LanguagePlace {
  const all: LanguagePlace[] = [
    ...python.map((place) => ({ ...place, language: 'python' as const })),
    ...node.map((place) => ({ ...place, language: 'node' as const })),
  ];
  const most = Math.max(...all.map(({ weight }) => weight));
  const best = all.filter(({ weight }) => weight === most);
  const here = best.filter((place) => place.dir === '');
  const close = here.length > 0 ? here : best;
  const declared = close.filter(({ hasManifest }) => hasManifest);
  const left = declared.length > 0 ? declared : close;
  const [only] = left;
  if (only && left.length === 1) return only;
  throw ambiguous(dir, left);
}

/** Longer lists are not read. */
const SHOWN = 8;

function ambiguous(dir: string, places: readonly LanguagePlace[]): CliError {
  const some = places.slice(0, SHOWN);
  const names = some.map((place) => place.entry ?? (place.dir === '' ? '.' : place.dir));
  const commands = some.map(({ dir: below, entry }) => {
    const command = `add-auth ${word(join(dir, below))}`;
    return entry === undefined ? command : `${command} --entry ${word(posix.relative(below, entry))}`;
  });
  return new CliError(
    'ambiguous-entry',
    `${places.length} places could be the MCP server: ${names.join(', ')}${places.length > SHOWN ? ', …' : ''}.`,
    `Run one of: ${[...new Set(commands)].join(' · ')}`,
  );
}

function word(text: string): string {
  return text.includes(' ') ? `"${text}"` : text;
}
