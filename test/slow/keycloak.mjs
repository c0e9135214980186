/**
 * `--provider keycloak` on a real Keycloak: the plan, the run, the official client's login, failures on the way, drift,
 * and the way back. Everything that is claimed about Keycloak is claimed by Keycloak itself here, not by a fake.
 *
 *   npm run test:keycloak [-- words of a title]
 */
import { withKeycloak } from './keycloak/server.mjs';
import { stories } from './keycloak/stories.mjs';

const wanted = process.argv[2] ?? '';
let told = 0;
let failed = 0;
await withKeycloak(async (keycloak) => {
  for (const [title, story] of Object.entries(stories)) {
    if (!title.includes(wanted)) continue;
    try {
      await story(keycloak);
      told++;
      console.log(`ok   ${title}`);
    } catch (error) {
      failed++;
      console.error(`FAIL ${title}:`, error);
    }
  }
});
console.log(`\n${told} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
