import type { RemoteStep } from '../../types.ts';
import type { Part } from '../parts.ts';
import type { Application } from './applications.ts';
import { filter, quoted } from './graph.ts';
import { GraphError } from './refusal.ts';
import type { Session } from './session.ts';
import { settled } from './settled.ts';

const ID = 'entra.service-principal.';

/** What makes an application known to the sign-in of the tenant: without it nobody can be given a token. */
export async function planServicePrincipal(
  session: Session,
  role: 'server' | 'client',
  app: Application | undefined,
): Promise<RemoteStep> {
  const resource = `service principal of ${role === 'server' ? 'this application' : 'the application for MCP clients'}`;
  const step = { id: ID + role, resource, reversible: true };
  const found = app && (await find(session, app.appId));
  if (found !== undefined) return { ...step, ref: found, verb: 'keep', summary: resource, want: {} };
  return { ...step, verb: 'create', summary: resource, want: app ? { appId: app.appId } : {} };
}

async function find({ api }: Session, appId: string): Promise<string | undefined> {
  const [found] = await api.list(
    `/servicePrincipals${filter(`appId eq ${quoted(appId)}`)}`,
    'look for the service principal',
  );
  return typeof found?.['id'] === 'string' ? found['id'] : undefined;
}

/** Makes a service principal, and deletes it. */
export const servicePrincipalPart: Part<Session> = {
  prefix: ID,
  async apply(session, { id, want }, { mayBeDone }) {
    const appId = String(want['appId'] ?? (id === `${ID}server` ? session.server : session.client));
    const found = mayBeDone ? await find(session, appId) : undefined;
    if (found !== undefined) return { ref: found };
    const made = await settled(session.fresh.has(appId), () =>
      session.api.send('POST', '/servicePrincipals', { appId }, 'make the service principal'),
    ).catch(async (error: unknown) => {
      // Made in the meantime, or by a run whose answer was lost.
      const there = error instanceof GraphError && error.status === 409 ? await find(session, appId) : undefined;
      if (there === undefined) throw error;
      return { id: there };
    });
    return { ref: String(made['id']) };
  },
  async revert({ api }, { ref }) {
    try {
      await api.send('DELETE', `/servicePrincipals/${ref}`, undefined, 'delete the service principal');
    } catch (error) {
      if (!(error instanceof GraphError && error.status === 404)) throw error;
      return { outcome: 'gone', message: 'A service principal is gone already.' };
    }
    return {
      outcome: 'deleted',
      message: `The service principal ${ref} is deleted, and with it what users consented to.`,
    };
  },
};
