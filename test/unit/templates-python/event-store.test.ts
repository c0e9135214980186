import { expect, it } from 'vitest';
import { callPython, describePython } from './support/python.ts';

const resume = (steps: [session: number, ...step: string[]][]): Promise<unknown> =>
  callPython({ do: 'resume', input: steps });

describePython('a store of events that sessions share', () => {
  it('gives each session its own back, though all name their streams alike', async () => {
    const stored: [number, ...string[]][] = [
      [0, 'store', '7', 'first of ann'],
      [1, 'store', '7', 'first of ben'],
      [0, 'store', '7', 'second of ann'],
    ];
    const results = await resume([...stored, [0, 'replay', '0'], [1, 'replay', '1'], [1, 'replay', '0']]);
    const [ids, replayed] = [
      ['0', '1', '2'],
      [
        ['7', ['second of ann']],
        ['7', []],
        [null, []],
      ],
    ];
    expect(results).toEqual([...ids, ...replayed]);
  });
});
