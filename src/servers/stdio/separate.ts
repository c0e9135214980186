import type { Node } from 'ts-morph';
import { statementOf, statementsAround, type StdioProgram } from './program.ts';
import { sharedState, type SharedState } from './state.ts';
import { refuse, type Start } from './types.ts';

/**
 * Looks after state that sessions must not share: what stands beside the creation of the server is made anew with each
 * server, for anything else there is no safe way.
 * @param make plans the factory, with these statements in it
 */
export function separate<T>(start: Start, program: StdioProgram, make: (belongs: Node[]) => T): T {
  const shared = sharedState(start, program);
  const [far] = shared.filter((state) => !mayMove(state, start));
  if (far) refuse(reason(far, program));
  return make(shared.map(({ declaration }) => declaration));
}

/** Only what is declared at the top of the file in which the server is made can move into the factory. */
function mayMove({ declaration }: SharedState, start: Start): boolean {
  const statement = statementOf(declaration);
  const made = start.subject.getSymbol()?.getDeclarations()[0];
  const home = made && statementOf(made);
  return statement !== undefined && home !== undefined && statementsAround(statement)?.includes(home) === true;
}

function reason({ declaration, name, change }: SharedState, program: StdioProgram): string {
  return `${program.placeOf(declaration)}: ${name} changes while tools run (${program.placeOf(change)}), so that the users of one process would share it`;
}
