import { expect, it } from 'vitest';
import type { RemoteStep } from '../../../src/types.ts';
import { remoteLines } from '../../../src/ui/remote-view.ts';
import { createStyle } from '../../../src/ui/style.ts';

function linesOf(step: Partial<RemoteStep>): string[] {
  const whole = { id: 'x', resource: 'x', verb: 'update', summary: 'the tenant', want: {}, reversible: true } as const;
  return remoteLines([{ ...whole, ...step }], createStyle(false)).map((line) => line.trim());
}

it('shows a setting before and after, and leaves out what stays', () => {
  const have = { flags: { registration: false, other: true } };
  const want = { flags: { registration: true, other: true }, profile: 'compatibility' };
  expect(linesOf({ have, want })).toEqual([
    'update the tenant',
    'flags.registration: false -> true',
    'profile: compatibility',
  ]);
});

it('shows of a list what comes and that the rest stays', () => {
  const have = { scopes: [{ value: 'a' }, { value: 'b' }] };
  const want = { scopes: [{ value: 'a' }, { value: 'b' }, { value: 'read:tasks', description: 'Read tasks' }] };
  expect(linesOf({ have, want })[1]).toBe('scopes: +read:tasks (2 stay as they are)');
});

it('says what a change means for others', () => {
  expect(linesOf({ verb: 'create', notice: 'Anybody may register a client.' })).toContain(
    '! Anybody may register a client.',
  );
});

it('has nothing to say of what stays', () => {
  expect(linesOf({ verb: 'keep', want: { a: 1 }, notice: 'unused' })).toEqual(['keep   the tenant']);
});
