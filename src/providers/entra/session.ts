import type { RemoteStep } from '../../types.ts';
import type { ProviderIo } from '../types.ts';
import type { Values } from '../values.ts';
import { current, type Application } from './applications.ts';
import type { Graph } from './graph.ts';
import type { Tenant } from './target.ts';

/** One run's dealings with one tenant. */
export interface Session {
  tenant: Tenant;
  api: Graph;
  io: ProviderIo;
  /** What the run is about; `look` is told. */
  resource: string;
  scopes: string[];
  issuer: string;
  /** Id of the server's own application, once it is known. */
  server?: string;
  /** That of the application for clients. */
  client?: string;
  /** Applications as they are by now, by id: what Graph reads back may be some seconds old. */
  known: Map<string, Application>;
  /** Ids of applications that this run has made, which Graph may not find for some seconds. */
  fresh: Set<string>;
}

/** The server's application, as the step names it or as this run has made it. @throws GraphError */
export function serverOf(session: Session, step?: RemoteStep): Promise<Application> {
  return current(session, step?.ref ?? session.server ?? '');
}

/** A step that changes settings of the server's application, whose id may not be known yet. */
export function planChange(
  id: string,
  resource: string,
  found: Application | undefined,
  change: { have: Values; want: Values } | undefined,
  spoken: string,
): RemoteStep {
  const step = { id, resource, reversible: true, ...(found && { ref: found.appId }) };
  if (!change) return { ...step, verb: 'keep', summary: resource, want: {} };
  return { ...step, verb: 'update', summary: `${resource}: ${spoken}`, ...change };
}
