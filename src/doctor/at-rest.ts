import { isLoopback } from '../oauth/loopback.ts';
import type { StartCommand } from '../types.ts';
import type { Evidence } from './evidence.ts';
import type { CheckId } from './ids.ts';
import { warn, type Finding } from './types.ts';

/** A project whose server is down: its code was judged, and nothing else. Said plainly, or "all ok" would be believed. */
export function serverAtRest(id: CheckId, { atRest, start, project }: Evidence): Finding | undefined {
  if (id !== 'net.reach' || atRest === undefined) return undefined;
  const isHere = isLoopback(new URL(atRest).hostname);
  const command = start && commandOf(start, isHere && project?.record?.provider === 'local');
  const how = command === undefined ? 'Start the server' : `Start the server: ${command}`;
  return {
    ...warn(`Nothing answers at ${atRest}, so only the code and the settings were checked.`, {
      evidence: { url: atRest },
      fix: isHere
        ? `${how}\nThen run add-auth doctor again; if it listens elsewhere, give its URL: add-auth doctor URL`
        : `Start the server there, or, if it runs elsewhere, give its URL: add-auth doctor URL`,
    }),
    title: 'The server is not running',
  };
}

/** @param isLocal with the authorization server of add-auth beside it */
export function commandOf({ start, build }: StartCommand, isLocal: boolean): string {
  const run = isLocal ? `npx add-auth dev -- ${start}` : start;
  return build === undefined ? run : `${build} && ${run}`;
}
