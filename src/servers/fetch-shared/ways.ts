import type { Node } from 'ts-morph';
import { findHonoServer } from '../hono/routes.ts';
import { stdinReaders } from '../json-rpc/stdin.ts';
import type { CodeModel } from '../model.ts';
import { ungatedElsewhere } from '../node-shared/other-hosts.ts';
import { takenMethods } from '../node-shared/sinks.ts';
import { unseenEntrance } from '../unseen-entrance.ts';
import { identifiersOf } from '../syntax/identifiers.ts';
import type { Step } from '../ways/known.ts';
import { programOf } from '../ways/program.ts';
import { fromRouter, fromSink, strangeWay } from '../ways/strange-way.ts';
import { takesIdentity, type TransportCall } from './transport-calls.ts';

/**
 * What keeps handlers that are wrapped from being the only way in. A transport that is given `authOf(request)` serves
 * nothing that has not passed the gate; all others must not be there, and of what is not given it (@hono/mcp, mcp-handler,
 * dispatches written by hand) all ways have to be known.
 * @param recognised the handlers that are wrapped
 * @returns why the run is refused
 */
export function openWay(
  model: CodeModel,
  entry: string,
  calls: TransportCall[],
  recognised: Node[],
): string | undefined {
  const isInProgram = programOf(model, entry);
  const taken = takenMethods(model, identifiersOf(model)).find((node) => isInProgram(node.getSourceFile()));
  if (taken) return `at ${model.placeOf(taken)} a method of the transport is handed on, and it cannot be told to whom`;
  const unseen = unseenEntrance(model, entry);
  if (unseen) return unseen;
  const way = wayAround(model, entry, calls, recognised);
  if (way) return `at ${model.placeOf(way)} there is another way to the MCP server, which the gate might not see`;
  return ungatedElsewhere(model, { entry, servers: [], calls: calls.map(({ call }) => call) });
}

function wayAround(model: CodeModel, entry: string, calls: TransportCall[], handlers: Node[]): Node | undefined {
  const open = calls.filter((each) => !takesIdentity(each));
  if (open.length === 0) return undefined;
  const routes = (findHonoServer(model)?.routes ?? []).filter((route) =>
    route.calls.some((each) => open.some(({ call }) => each.call === call)),
  );
  const known = {
    model,
    identifiers: identifiersOf(model),
    recognised: [
      ...stdinReaders(model),
      ...handlers,
      ...routes.flatMap(({ at, mounts }) => [...at.getArguments(), ...mounts.map((m) => m.at)]),
    ],
    isInProgram: programOf(model, entry),
  };
  const apps = new Set(routes.flatMap(({ root, mounts }) => [root, ...mounts.map(({ child }) => child)]));
  const starts = [...open.map(fromEntrance), ...[...apps].map(fromRouter)];
  return starts.flatMap((start) => strangeWay(start, known)?.node ?? [])[0];
}

/** What mcp-handler makes is a function that leads to MCP; the others are places that are passed when it runs. */
export function fromEntrance({ kind, call }: TransportCall): Step {
  return kind === 'handler' ? { kind: 'value', node: call } : fromSink(call);
}
