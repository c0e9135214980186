import type { FlowClient } from './client.ts';

export interface ReleaseHooks {
  /** A client that was registered for this login stays at the server, which offers no way to delete it. */
  onClientStays?(client: { id: string; port?: number | undefined }): void;
}

/** Takes a registration back that was made for one login only. Never throws. */
export async function releaseClient(
  { client, isNew, release }: FlowClient,
  { onClientStays, port }: ReleaseHooks & { port?: number | undefined },
): Promise<void> {
  if (!isNew || (await release())) return;
  onClientStays?.({ id: client.client_id, port });
}
