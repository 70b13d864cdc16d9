import { describe, expect, it } from 'vitest';
import type { PinState } from '../../../../src/vscode/follow/pin';
import { type Side, sideOfPin, sideOfRun } from '../../../../src/vscode/environments/side';
import { table } from '../../../../src/vscode/environments/table';
import { comparisonText, environmentText } from '../../../../src/vscode/environments/text';
import { ORIGINAL, stateAfter } from '../recorded';

const header = stateAfter('original', ORIGINAL).header!;
const { environment } = header;
const pin: PinState = {
  lock: 'pylock.study.toml',
  python: environment.python.version,
  packages: new Map([
    ['ipykernel', environment.packages['ipykernel']!],
    ['numpy', '2.0.0'],
  ]),
  isBuilt: true,
};

/** The table's rows that begin with a name, by columns. */
function rowOf(text: string, name: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(`| ${name} `));
  return (line ?? '').split('|').slice(1, -1).map((cell) => cell.trim()); // prettier-ignore
}

describe('a table', () => {
  it('lines its columns up, and keeps what it holds on one line', () => {
    expect(
      table(
        ['a', 'long head'],
        [
          ['x|y', 'two\nlines'],
          ['package', ''],
        ],
      ),
    ).toBe(
      [
        '| a       | long head |',
        '| ------- | --------- |',
        '| x\\|y    | two lines |',
        '| package |           |',
      ].join('\n'),
    );
  });
});

describe('the environment of a notebook', () => {
  it('without a pin and a run says what there is to do', () => {
    const text = environmentText({ name: 'study.ipynb' });
    expect(text).toContain(
      '# Environment of study.ipynb\n\nNot pinned: *Reprise: Pin Environment* locks it.',
    );
    expect(text).toContain('Nothing has run yet.');
  });

  it('lists the packages of the pin', () => {
    const text = environmentText({ name: 'study.ipynb', pin });
    expect(text).toContain('Pinned: pylock.study.toml, Python 3.11.7, 2 packages, restored.');
    expect(rowOf(text, 'numpy')).toEqual(['numpy', '2.0.0']);
  });

  it('marks what the newest run had otherwise, and shows its fingerprint', () => {
    const text = environmentText({ name: 'study.ipynb', pin, header });
    expect(rowOf(text, 'numpy')).toEqual(['numpy', '2.0.0', '2.4.6', 'changed: streams, numbers, order']);
    expect(rowOf(text, 'ipykernel').at(-1)).toBe('');
    // What a machine has besides is no change.
    expect(rowOf(text, 'joblib')).toEqual(['joblib', '', '1.6.0', '']);
    expect(text).toContain('1 of them not as pinned in the newest run');
    expect(text).toContain(`## Fingerprint of run ${ORIGINAL}`);
    expect(rowOf(text, 'processor')[1]).toContain('AMD EPYC, 2 cores, flags 1ddebed04610');
  });
});

describe('two environments', () => {
  const run = sideOfRun('Run A', environment);

  it('that are the same are said to be', () => {
    expect(comparisonText(run, { ...run, title: 'Run B' })).toContain('They are the same.');
  });

  it('of two runs differ in packages and machine, sorted by what can change a result', () => {
    const other = {
      ...environment,
      packages: { ...environment.packages, numpy: '2.3.0', jedi: '0.1' },
      cpu: { ...environment.cpu, flags: 'f'.repeat(64) },
    };
    const text = comparisonText(run, sideOfRun('Run B', other));
    expect(text).toContain('2 differences that can change a result, 1 that cannot.');
    const [matters, nothing] = text.split('## What changes nothing') as [string, string];
    expect(rowOf(matters, 'numpy')).toEqual(['numpy', '2.4.6', '2.3.0', 'streams, numbers, order']);
    expect(rowOf(matters, 'cpu flags').slice(1, 3)).toEqual(['1ddebed04610', 'ffffffffffff']);
    expect(rowOf(nothing, 'jedi')).toEqual(['jedi', '0.20.1', '0.1', 'nothing']);
  });

  it('of which one is a pin differ in nothing that a pin leaves open', () => {
    const pinned: Side = sideOfPin('Pin', { python: '3.12.1', packages: new Map([['numpy', '2.4.6']]) });
    const text = comparisonText(pinned, { ...run, packages: { numpy: '2.4.6' } });
    expect(rowOf(text, 'python')).toEqual(['python', '3.12.1', '3.11.7', 'streams, numbers, order']);
    expect(text).toContain('1 difference that can change a result, 0 that cannot.');
    expect(text).toContain('A pin names Python and packages alone');
  });
});
