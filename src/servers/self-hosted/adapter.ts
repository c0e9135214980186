import { recogniseOwnServers } from '../own-server/recognise.ts';
import type { ServerAdapter } from '../types.ts';
import { editSelfHosted } from './edit.ts';
import { FRAMEWORKS } from './frameworks.ts';
import { selfHostedAuth } from './own-auth.ts';
import { selfHosted, type SelfHosted } from './servers.ts';

/** What all of them listen on when nobody says otherwise. */
const PORT = 3000;

/** One adapter for each framework. The entry is where the server is created. */
export const selfHostedAdapters = FRAMEWORKS.map((framework): ServerAdapter<SelfHosted[]> => ({
  id: framework.id,
  recognise: (model) =>
    recogniseOwnServers(
      model,
      selfHosted(model).filter((server) => server.framework === framework),
      {
        optionsOf: ({ paths, port = PORT }) => ({ paths, port, transports: ['streamable-http'] }),
        isStarted: () => true,
      },
    ),
  edit: editSelfHosted,
  ownAuth: (model) => selfHostedAuth(model, framework),
}));
