/**
 * No false alarm: the doctor on setups that are well. Every kind of host with the embedded authorization server, and
 * one host beside real authorization servers that add-auth has no hand in: oidc-provider, Better Auth, Keycloak.
 *
 *   node test/slow/doctor.mjs [part …]      parts: hosts next oidc-provider better-auth keycloak
 */
import { betterAuth } from './doctor/better-auth.mjs';
import { hosts, next } from './doctor/hosts.mjs';
import { keycloak } from './doctor/keycloak.mjs';
import { oidcProvider } from './doctor/oidc-provider.mjs';
import { count } from './doctor/support.mjs';

const parts = { hosts, next, 'oidc-provider': oidcProvider, 'better-auth': betterAuth, keycloak };
const chosen = process.argv.slice(2);
let failed = 0;
for (const [name, part] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  try {
    await part();
  } catch (error) {
    failed++;
    console.error(`FAIL ${name}:`, error);
  }
}
console.log(`\n${count()} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
