/** The scope map of the host tests, in place of templates/scopes.ts. */
export const TOOL_SCOPES = { whoami: [], search: ['read:tasks'], wipe: ['delete:tasks'] };
export const PUBLIC_TOOLS: string[] = [];
export const BASE_SCOPES = ['read:tasks'];
export const SCOPE_IMPLIES = {};
