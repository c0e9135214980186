import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

/** Puts a gate before a listener. */
type Gate = (listener: RequestListener) => RequestListener;

type Emit = (event: string, ...args: unknown[]) => boolean;

/** The gate of what is being started, in that very call and in all that it waits for. */
const starting = new AsyncLocalStorage<Gate>();

/**
 * For frameworks that make their HTTP server themselves and show it to nobody: whatever server begins to listen because
 * of this call does so behind the gate.
 */
export function listeningBehindGate<T>(start: () => T, gate: Gate): T {
  return starting.run(gate, start);
}

/** Every server has to come through here, however it was made. */
for (const { prototype } of new Set<{ prototype: object }>([net.Server, http.Server, https.Server])) {
  if (!Object.prototype.hasOwnProperty.call(prototype, 'listen')) continue;
  const { listen } = prototype as { listen: (...args: unknown[]) => unknown };
  Object.assign(prototype, {
    listen(this: { emit: Emit }, ...args: unknown[]): unknown {
      const gate = starting.getStore();
      if (gate) putBefore(this, gate);
      return Reflect.apply(listen, this, args);
    },
  });
}

/** Other ways to ask a server; the gate does not know them. */
const UNKNOWN = new Set(['checkContinue', 'checkExpectation', 'connect', 'upgrade']);

/** Before all listeners, also those that are added later. */
function putBefore(server: { emit: Emit }, gate: Gate): void {
  const emit = server.emit.bind(server);
  // What a tool starts while it answers is no part of the start.
  const gated = gate((req, res) => void starting.exit(() => emit('request', req, res)));
  server.emit = (event, ...args) => {
    const [req, res] = args as [IncomingMessage, ServerResponse];
    if (event === 'request') gated(req, res);
    else if (UNKNOWN.has(event)) req.destroy();
    else return emit(event, ...args);
    return true;
  };
}
