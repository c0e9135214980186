import type { CodeModel } from '../model.ts';
import type { Match, ServerAdapter } from '../types.ts';
import { xmcpConfig } from './config.ts';
import { editXmcp, MIDDLEWARE } from './edit.ts';
import { xmcpAuth, xmcpRefusal } from './own-auth.ts';

/** xmcp, which compiles a server from the files of the project. The entry is its middleware, which need not be there yet. */
export const xmcpAdapter: ServerAdapter<undefined> = {
  id: 'xmcp',
  recognise,
  edit: editXmcp,
  ownAuth: xmcpAuth,
  refuse: xmcpRefusal,
};

function recognise(model: CodeModel): Match<undefined>[] {
  const config = xmcpConfig(model);
  if (!config?.http || config.adapter) return [];
  return [
    {
      entry: MIDDLEWARE,
      paths: [config.endpoint],
      transports: ['streamable-http', ...(config.stdio ? ['stdio' as const] : [])],
      port: config.port,
      confidence: 2,
      notes: [],
      handle: undefined,
    },
  ];
}
