import path from 'node:path';
import { hashOf, isUnfinished, readRemoteLogs, type AuthRecord } from '../apply/index.ts';
import { envValue } from '../edit/env.ts';
import { readScopeMap } from '../generate/index.ts';
import { authFolderOf } from '../plan/auth-folder.ts';
import { nameOf } from '../providers/account.ts';
import { isScopeMap, scopeMapFileOf } from '../plan/auth-files.ts';
import { unmappedTools } from '../plan/scope-map.ts';
import { planVars } from '../plan/worker-vars.ts';
import type { ProjectReader } from '../project/read.ts';
import { settingsFileOf } from '../project/settings-file.ts';
import type { EnvVar, ScopeMap, Tool } from '../types.ts';
import type { Drift } from './types.ts';

/** A run that never came to its end. */
export function runDrift(root: string): Drift[] {
  return [...unfinishedFiles(root), ...unfinishedSteps(root)];
}

function unfinishedFiles(root: string): Drift[] {
  if (!isUnfinished(root)) return [];
  const message = 'A run of add-auth is at work in this project, or was killed in the middle.';
  const fix = 'Run add-auth again, or add-auth remove: both put the project back first.';
  return [{ what: 'run', subject: '.mcp-builder/add-auth/journal.json', message, fix }];
}

function unfinishedSteps(root: string): Drift[] {
  return readRemoteLogs(root).map(({ account }) => ({
    what: 'run',
    subject: nameOf(account),
    message: `A run ended in the middle of its steps at ${nameOf(account)} (${account.provider}); what was done stays there.`,
    fix: 'Run add-auth again to finish it, or add-auth remove --remote to take it back.',
  }));
}

/** Generated files that are gone or were edited; the scope map is there to be edited. */
export function fileDrift(auth: AuthRecord, reader: ProjectReader): Drift[] {
  const folder = authFolderOf(auth.files)?.dir;
  return Object.entries(auth.files).flatMap(([file, hash]): Drift[] => {
    const isGenerated = folder !== undefined && path.posix.dirname(file) === folder;
    if (!isGenerated || isScopeMap(path.posix.basename(file))) return [];
    const bytes = reader.bytes(file);
    if (bytes === null) {
      return [{ what: 'file', subject: file, message: `${file} is missing.`, fix: 'Run add-auth again to write it.' }];
    }
    if (hashOf(bytes) === hash) return [];
    const message = `${file} was edited since add-auth wrote it.`;
    return [
      { what: 'file', subject: file, message, fix: 'Fine if you meant to; add-auth leaves it alone from now on.' },
    ];
  });
}

/**
 * What the server reads must have the value that a run today would give it.
 * @param wanted as the provider's `look` names it; of secrets only that they are there
 * @param auth names that earlier runs wrote, and where
 */
export function envDrift(wanted: readonly EnvVar[], auth: AuthRecord, reader: ProjectReader): Drift[] {
  const file = settingsFileOf(reader, auth);
  const text = reader.text(file) ?? '';
  const names = new Set([...wanted.map(({ name }) => name), ...auth.env]);
  const fix = 'Run add-auth again, with the option that says which is right.';
  return [...names].flatMap((name): Drift[] => {
    const present = envValue(text, name);
    const { value, secret, pending } = wanted.find((variable) => variable.name === name) ?? {};
    if (present === undefined) return [{ what: 'env', subject: name, message: `${file} does not set ${name}.`, fix }];
    if (value === undefined || secret || pending || present === value) return [];
    return [
      { what: 'env', subject: name, message: `${file} sets ${name} to ${present}, the state says ${value}.`, fix },
    ];
  });
}

/** What a deployed Worker is given must be what a run today would give it. */
export function varsDrift(wanted: readonly EnvVar[], auth: AuthRecord, reader: ProjectReader): Drift[] {
  if (auth.runtime !== 'workers') return [];
  const { edits } = planVars(wanted, auth.resource, { reader, owned: auth.vars });
  return edits.map(({ path: file }) => ({
    what: 'env',
    subject: file,
    message: `${file} does not give the deployed Worker the variables that the state says.`,
    fix: 'Run add-auth again: it writes them, or says why it cannot.',
  }));
}

/** The scope map as people have it in their project now, and its file; `undefined` where it cannot be known. */
export async function currentScopes(
  auth: AuthRecord,
  reader: ProjectReader,
): Promise<{ file: string; map: ScopeMap } | undefined> {
  const file = scopeMapFileOf(auth.files);
  const text = file === undefined ? undefined : reader.text(file);
  const map = file === undefined || text === undefined ? undefined : await readScopeMap(file, text);
  return map && file !== undefined ? { file, map } : undefined;
}

/** Tools without an entry in the scope map, and entries without a tool. */
export async function scopeDrift(auth: AuthRecord, tools: Tool[], reader: ProjectReader): Promise<Drift[]> {
  const current = await currentScopes(auth, reader);
  if (!current) return [];
  const { file, map } = current;
  const names = new Set(tools.map(({ name }) => name));
  return [
    ...unmappedTools(tools, map).map((name): Drift => ({
      what: 'scopes',
      subject: name,
      message: `${name} is not in ${file}, so nobody may call it.`,
      fix: 'Run add-auth again to add it.',
    })),
    ...Object.keys(map.toolScopes)
      .filter((name) => !names.has(name))
      .map((name): Drift => ({
        what: 'scopes',
        subject: name,
        message: `${file} names ${name}, which the server does not register any more.`,
        fix: `Take ${name} out of ${file}.`,
      })),
  ];
}
