import type { Edit } from '../../types.ts';
import type { Match } from '../types.ts';

/**
 * The edit that is left to a person.
 * @param why what the edit would have done
 * @param reason why it cannot be done, without a full stop
 * @param lines what to add by hand
 */
export function refusal(match: Pick<Match, 'entry'>, why: string, reason: string, lines: string[]): Edit {
  return { kind: 'skip', path: match.entry, why, reason: `${match.entry}: ${reason}.`, snippet: lines.join('\n') };
}
