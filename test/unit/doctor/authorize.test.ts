import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { page } from '../../fakes/doctor/answers.ts';
import { Bench } from '../../fakes/doctor/bench.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const detailOf = async (html: string): Promise<string | undefined> => {
  bench.hooks.authorize = () => page(html, 400);
  const target = { kind: 'url', value: bench.url } as const;
  const { checks } = await diagnose({ target, url: bench.url, register: true, timeout: 3000 });
  return checks.find(({ id, status }) => id.startsWith('authz.') && status === 'fail')?.detail;
};

it('quotes of a page that refuses a login what a reader sees, and not its scripts and styles', async () => {
  const detail = await detailOf(
    '<html><head><title>Sign in</title><style>p { color: red }</style><SCRIPT type="module">const a = "x";</SCRIPT>' +
      '</head><body><p>Invalid parameter:\n <b>scope</b></p></body></html>',
  );
  expect(detail).toContain('Sign in Invalid parameter: scope');
  expect(detail).not.toMatch(/color|const/);
});
