import { lazyConnection } from '../lazy.ts';
import type { Provider, ProviderIo, ProviderTarget } from '../types.ts';
import { facts, notLookedAt } from './facts.ts';
import { checkRegion, checkTarget, issuerOf } from './target.ts';

/** Amazon Cognito: a user pool is set up through the API of AWS. */
export const cognito: Provider = {
  id: 'cognito',
  label: 'Amazon Cognito',
  hint: 'sets up a user pool with your AWS credentials',
  needs: ['userPool'],
  takes: ['region'],
  issuesScopes: true,
  typesClientIds: true,
  find: findPool,
  normalise(target) {
    const { id, region } = checkTarget(target);
    return { userPool: id, region };
  },
  connect(target, io) {
    const pool = checkTarget(target);
    return lazyConnection(
      async () => (await import('./connection.ts')).connectTo(pool, io),
      (input) => {
        const known = input.env('MCP_AUTH_ISSUER');
        const issuer = known?.endsWith(`/${pool.id}`) ? known : issuerOf(pool);
        return { ...facts(input, issuer), remote: [], warnings: [notLookedAt(pool, input)] };
      },
    );
  },
};

/** Offers the pools of the region to whoever sits at the keyboard. */
async function findPool(target: ProviderTarget, io: ProviderIo): Promise<ProviderTarget> {
  if (target.userPool !== undefined || !io.interactive) return target;
  const { findRegion } = await import('./credentials.ts');
  const { cognitoApi } = await import('./api.ts');
  const region = checkRegion(
    target.region ??
      (await findRegion()) ??
      (await io.ask.text({ message: 'AWS region of the user pool', option: '--region NAME' })),
  );
  const pools = await cognitoApi(region, io).list('ListUserPools', {}, 'UserPools', 'list the user pools');
  if (pools.length === 0) return { ...target, region };
  const userPool = await io.ask.select({
    message: `User pool in ${region}`,
    option: '--user-pool ID',
    choices: pools.map(({ Id, Name }) => ({ value: String(Id), label: String(Name), hint: String(Id) })),
  });
  return { ...target, region, userPool };
}
