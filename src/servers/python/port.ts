import { keyword } from './calls.ts';
import type { Candidate } from './choose.ts';
import type { Constants } from './constants.ts';
import type { PyProgram } from './program.ts';
import type { PyServer, Servers } from './servers.ts';
import { setting, type Way } from './transports.ts';

/** The program that is looked at. */
export interface Where {
  program: PyProgram;
  servers: Servers;
  constants: Constants;
}

/**
 * The port: of the call that starts it, of the server's settings, of uvicorn.
 * @returns undefined when one is given that only the running program knows
 */
export function portOf(
  { ways, sources }: Candidate,
  main: PyServer,
  { program, servers, constants }: Where,
): number | undefined {
  const runs = ways
    .filter((way: Way) => !way.isApp && way.transport !== 'stdio')
    .sort((a, b) => Number(b.servers.includes(main)) - Number(a.servers.includes(main)));
  const uvicorn = sources.flatMap(({ calls }) =>
    calls.filter((call) => {
      const callee = call.child('function');
      const names = callee ? program.origins.of(callee).flatMap((o) => (o.kind === 'external' ? [o.name] : [])) : [];
      return names.some((name) => ['uvicorn.run', 'uvicorn.Config', 'uvicorn.config.Config'].includes(name));
    }),
  );
  const nodes = [
    ...runs.map((way) => keyword(way.call, 'port')),
    setting(main, 'port', program, servers),
    keyword(main.call, 'port'),
    ...uvicorn.map((call) => keyword(call, 'port')),
  ];
  for (const node of nodes) {
    const port = constants.number(node);
    if (port !== undefined) return port;
  }
  if (main.kind === 'fastapps') return 8001;
  return nodes.some((node) => node !== undefined) ? undefined : 8000;
}
