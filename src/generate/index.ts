export { authDependencies, renderAuthCode, type AuthCodeInput, type GeneratedFile, type Host } from './render.ts';
export { readScopeMap } from './read-scope-map.ts';
export { updateScopeMap } from './update-scope-map.ts';
