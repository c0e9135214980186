import type { Edit } from '../../types.ts';
import { FileEdits } from '../edits/file-edits.ts';
import { protectFunctions } from '../functions/protect.ts';
import type { CodeModel } from '../model.ts';
import type { EditInput, Match } from '../types.ts';
import { coverageOf } from './coverage.ts';
import { insertLastDoors, whyWithDoors } from './last-door.ts';
import { nodeServer, type NodeServer } from './node-server.ts';

/** What is particular to a framework whose gate is a call, `protectMcp(app, paths)`. */
interface Framework<Found> {
  name: string;
  /** What the edits are for. */
  why: string;
  /** Puts the call in. @returns why it cannot be done */
  protect(found: Found, edits: FileEdits, server: NodeServer): string | undefined;
  /** The lines to paste, for a reason. */
  skip(match: Match, input: EditInput, reason: string): Edit;
}

/** Protects every server of an entry, or none: one that cannot be protected leaves all of it to a person. */
export function gateServers<Found extends { problem?: string }>(
  model: CodeModel,
  match: Match<Found[]>,
  input: EditInput,
  { name, why, protect, skip }: Framework<Found>,
): Edit[] {
  const server = nodeServer(model);
  const edits = new FileEdits(model, input.authDir, name);
  const problem = match.handle.find((found) => found.problem)?.problem;
  const coverage = problem === undefined ? coverageOf(server, match) : { refused: problem };
  if ('refused' in coverage) return [skip(match, input, coverage.refused)];
  const obstacle = insertLastDoors(coverage, edits) ?? protectFunctions(model, edits, new Set(coverage.loose.keys()));
  if (obstacle) return [skip(match, input, obstacle)];
  for (const found of match.handle) {
    const reason = protect(found, edits, server);
    if (reason) return [skip(match, input, reason)];
  }
  return edits.result(whyWithDoors(why, coverage));
}
