export {
  authDependencies,
  renderAuthCode,
  runsOnWorkers,
  type AuthCodeInput,
  type GeneratedFile,
  type Host,
} from './render.ts';
export { readScopeMap, updateScopeMap } from './scope-map.ts';
