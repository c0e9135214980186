import type { Edit } from '../../types.ts';
import { isOnlyWorker, recogniseHono } from '../hono/adapter.ts';
import { editHono } from '../hono/edit.ts';
import type { HonoMatch } from '../hono/routes.ts';
import type { CodeModel } from '../model.ts';
import type { EditInput, Match, ServerAdapter } from '../types.ts';
import { programOf } from '../ways/program.ts';
import { obstacleOf, optionsFor, skipped } from './edit.ts';
import { findAgentCalls } from './entrances.ts';

/** `wrangler dev` listens here. */
const PORT = 8787;

/** A Hono app that runs on Cloudflare Workers: the gate is before the MCP routes, as on other hosts. */
export const honoWorkersAdapter: ServerAdapter<HonoMatch> = { id: 'hono-workers', recognise, edit };

function recognise(model: CodeModel): Match<HonoMatch>[] {
  return isOnlyWorker(model) ? recogniseHono(model).map((match) => ({ ...match, port: PORT })) : [];
}

function edit(model: CodeModel, match: Match<HonoMatch>, input: EditInput): Edit[] {
  const isInProgram = programOf(model, match.entry);
  const agents = findAgentCalls(model).filter(({ call }) => isInProgram(call.getSourceFile()));
  const obstacle = obstacleOf(model, match.entry, agents);
  if (obstacle !== undefined) return [skipped(match, input, obstacle)];
  return editHono(model, match, input, (file) => optionsFor(file, [], agents));
}
