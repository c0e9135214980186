import type { Detection, Warning } from '../types.ts';

/** Where MCP servers listen when the code does not say (the port most SDK examples use; in Python, uvicorn's). */
const DEFAULT_PORT = { node: 3000, python: 8000 };

/**
 * The URL clients will type when nobody said which: the loopback address the code listens on.
 * @returns the URL and the warning that goes with a guess
 */
export function defaultResource(
  detection: Pick<Detection, 'endpoint' | 'port'> & Partial<Pick<Detection, 'language'>>,
): {
  resource: string;
  warning: Warning;
} {
  const port = detection.port ?? DEFAULT_PORT[detection.language === 'python' ? 'python' : 'node'];
  const path = detection.endpoint === '/' ? '' : detection.endpoint;
  const resource = `http://localhost:${port}${path}`;
  if (detection.port === undefined) {
    return {
      resource,
      warning: {
        message: `The code does not show which port the server listens on: it will identify itself as ${resource}.`,
        fix: 'Run again with --resource URL, exactly as clients type it; they connect to no other.',
      },
    };
  }
  return {
    resource,
    warning: {
      message: `The server will identify itself as ${resource}, which only clients on this machine can reach.`,
      fix: `For production run again with --resource https://your-host${path || '/'}`,
    },
  };
}
