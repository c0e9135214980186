/** Tool name -> scopes that a caller needs. A tool that is missing here is refused to everybody. */
export const TOOL_SCOPES: Record<string, readonly string[]> = {
  'search-tasks': ['read:tasks'],
  'create-task': ['write:tasks'],
  'delete-task': ['delete:tasks'],
};

/** Tools that anybody may call without signing in. */
export const PUBLIC_TOOLS: readonly string[] = [];

/** What clients ask for when they sign in first, and what anything but a tool call needs (RFC 6750 §3). */
export const BASE_SCOPES: readonly string[] = ['read:tasks'];

/** A broad scope -> the narrow ones that it includes, e.g. `{ 'admin:tasks': ['read:tasks', 'write:tasks'] }`. */
export const SCOPE_IMPLIES: Record<string, readonly string[]> = {};
