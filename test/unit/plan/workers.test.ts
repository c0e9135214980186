import { expect, it } from 'vitest';
import { add } from '../../../src/commands/add.ts';
import { ADD_DEFAULTS, copyOfFixture, discard, silentIo } from '../../support/project.ts';

it('says of a Worker where its settings have to go beside .env', async () => {
  const project = copyOfFixture('workers-handler');
  const { io, said } = silentIo();
  await add({ ...ADD_DEFAULTS, dir: project, dryRun: true }, io);
  expect(said()).toContain('a deployed Worker does not see it');
  expect(said()).toContain('"vars" of the wrangler configuration');
  discard(project);
});
