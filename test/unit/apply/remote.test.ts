import { describe, expect, it } from 'vitest';
import { applyRemote, forgetRemoteLog, readRemoteLog, readRemoteLogs, type Account } from '../../../src/apply/index.ts';
import type { RemoteStep } from '../../../src/types.ts';
import { contentOf, makeProject } from './project.ts';

const account: Account = { provider: 'auth0', target: { domain: 'a.example' } };
const other: Account = { provider: 'auth0', target: { domain: 'b.example' } };

function step(id: string, more: Partial<RemoteStep> = {}): RemoteStep {
  return { id, resource: id, verb: 'create', summary: id, want: {}, reversible: true, ...more };
}
const answer = (ref: string) => () => Promise.resolve({ ref });
const fails = () => Promise.reject(new Error('the line dropped'));

describe('steps at the provider', () => {
  it('leave the ids of what was created, and settings as they were before and after', async () => {
    const root = makeProject();
    const setting = step('flag', { verb: 'update', have: { on: false }, want: { on: true } });
    const { records } = await applyRemote(root, account, [step('api'), setting], ({ id }) => answer(`id-${id}`)());
    expect(records).toEqual({
      api: { verb: 'create', ref: 'id-api' },
      flag: { verb: 'update', ref: 'id-flag', before: { on: false }, after: { on: true } },
    });
  });

  it('hand on what goes to .env, and never write it to the log', async () => {
    const root = makeProject();
    const secret = { name: 'AUTH0_CLIENT_SECRET', value: 'very-secret', secret: true };
    const { env } = await applyRemote(root, account, [step('client')], () =>
      Promise.resolve({ ref: 'c1', env: [secret] }),
    );
    expect(env).toEqual([secret]);
    expect(JSON.stringify(contentOf(root))).not.toContain('very-secret');
  });

  it('that were answered are known to be ours when the next run finds them there', async () => {
    const root = makeProject();
    await applyRemote(root, account, [step('api')], answer('a1'));
    const { records } = await applyRemote(root, account, [step('api', { verb: 'keep', ref: 'a1' })], fails);
    expect(records).toEqual({ api: { verb: 'create', ref: 'a1' } });
  });

  it('that were begun and not answered are ours as well when they turn out to be there', async () => {
    const root = makeProject();
    await expect(applyRemote(root, account, [step('api')], fails)).rejects.toThrow('dropped');
    expect(readRemoteLog(root, account)).toEqual({});
    const { records } = await applyRemote(root, account, [step('api', { verb: 'keep', ref: 'a1' })], fails);
    expect(records).toEqual({ api: { verb: 'create', ref: 'a1' } });
  });

  it('that were begun and are not there are sent in doubt', async () => {
    const root = makeProject();
    await applyRemote(root, account, [step('api')], fails).catch(() => undefined);
    const doubts: boolean[] = [];
    await applyRemote(root, account, [step('api')], (_, { mayBeDone }) => {
      doubts.push(mayBeDone);
      return answer('a1')();
    });
    expect(doubts).toEqual([true]);
  });

  it('that were there before nobody began are not ours', async () => {
    const { records } = await applyRemote(makeProject(), account, [step('api', { verb: 'keep', ref: 'a1' })], fails);
    expect(records).toEqual({});
  });

  it('that change the same setting in two runs keep what it was before the first', async () => {
    const root = makeProject();
    const first = step('api', { verb: 'update', have: { scopes: ['x'] }, want: { scopes: ['x', 'y'] } });
    const second = step('api', { verb: 'update', have: { scopes: ['x', 'y'] }, want: { scopes: ['x', 'y', 'z'] } });
    await applyRemote(root, account, [first], answer('a1'));
    const { records } = await applyRemote(root, account, [second], answer('a1'));
    expect(records['api']).toMatchObject({ before: { scopes: ['x'] }, after: { scopes: ['x', 'y', 'z'] } });
  });

  it('stay a creation when a later run changes what the first one made', async () => {
    const root = makeProject();
    await applyRemote(root, account, [step('api')], answer('a1'));
    const change = step('api', { verb: 'update', have: { scopes: [] }, want: { scopes: ['x'] } });
    const { records } = await applyRemote(root, account, [change], answer('a1'));
    expect(records['api']).toEqual({ verb: 'create', ref: 'a1' });
  });
});

describe('the log of a run that died', () => {
  it('belongs to the account that the steps were sent to', async () => {
    const root = makeProject();
    await applyRemote(root, account, [step('api')], answer('a1'));
    await applyRemote(root, other, [step('api')], answer('b1'));
    expect(readRemoteLog(root, other)).toEqual({ api: { verb: 'create', ref: 'b1' } });
    expect(readRemoteLogs(root).map(({ account: { target } }) => target.domain)).toEqual(['a.example', 'b.example']);

    forgetRemoteLog(root, other);
    expect(readRemoteLogs(root)).toEqual([{ account, records: { api: { verb: 'create', ref: 'a1' } }, begun: [] }]);
  });

  it('leaves nothing behind once it is forgotten', async () => {
    const root = makeProject();
    const before = contentOf(root);
    await applyRemote(root, account, [step('api')], answer('a1'));
    forgetRemoteLog(root, account);
    expect(contentOf(root)).toEqual(before);
  });
});
