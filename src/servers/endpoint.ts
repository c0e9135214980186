/** What routers read as "anything may stand here": Express and Hono, Fastify, path-to-regexp 8. */
const PATTERN = ['*', ':', '(', '{', '['];

export interface Endpoint {
  /** A path that a client can type. */
  path: string;
  /** What people should know about it. */
  notes: string[];
}

/**
 * The path of the MCP endpoint among all that lead there. A pattern is no path: of `/mcp/*` its fixed beginning is.
 * @param paths the endpoint's own first
 */
export function endpointOf(paths: readonly string[]): Endpoint {
  const [first = '/mcp'] = paths;
  if (!isPattern(first)) return { path: first, notes: [] };
  const path = paths.find((each) => !isPattern(each)) ?? (fixedPart(first) || '/mcp');
  return { path, notes: [`The route ${first} takes many paths; ${path} is taken for the one that clients type.`] };
}

function isPattern(path: string): boolean {
  return PATTERN.some((sign) => path.includes(sign));
}

/** `/api/mcp/*splat` -> `/api/mcp`, without a segment that only begins fixed. */
function fixedPart(pattern: string): string {
  const end = Math.min(...PATTERN.map((sign) => pattern.indexOf(sign)).filter((at) => at >= 0));
  const whole = pattern.slice(0, pattern.lastIndexOf('/', end));
  return whole.startsWith('/') ? whole : '';
}
