import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../../src/notebook/output';
import { asDifference, outputDifferences } from '../../../src/replay/differences/outputs';
import { unifiedDiff } from '../../../src/replay/differences/texts';
import { display, failure, result, stderr, stdout } from './build';

const summaries = (before: Output[], after: Output[]): string[] =>
  outputDifferences(before, after).map(({ name, summary }) => `${name}: ${summary}`);

describe('what differs', () => {
  it.each<[Output[], Output[], string]>([
    [[stdout('score 0.84')], [stdout('score 0.85')], 'stdout: 0.84 became 0.85 (relative difference 1.2e-2)'],
    [
      [stdout('1.5 2.5 3.5')],
      [stdout('1.5 2.6 3.6')],
      'stdout: 2 of 3 numbers differ; the first: 2.5 became 2.6 (relative difference 4.0e-2)',
    ],
    [[stdout('0')], [stdout('1')], 'stdout: 0 became 1'],
    [[stdout('a b')], [stdout('a  b')], 'stdout: only white space differs'],
    [[stdout('b\na\n')], [stdout('a\nb\n')], 'stdout: the same lines in another order'],
    [[stdout('yes\n')], [stdout('no\n')], 'stdout: "yes" became "no"'],
    [[stdout('yes')], [stdout('no')], 'stdout: "yes" became "no"'],
    [[stdout('a\nb\nc')], [stdout('a\nx\nc')], 'stdout: 1 of 3 lines differ, first line 2: "b" became "x"'],
    [[stdout('a\nb')], [stdout('a\nb\nc')], 'stdout: 2 lines became 3; the first that differs is line 3'],
    [[stderr('warning')], [], 'stderr: only in the original: "warning"'],
    [[], [display({ 'text/plain': 'figure' })], 'display 0: only in the replay: "figure"'],
    [[failure('KeyError', 'a')], [failure('KeyError', 'b')], 'error: "KeyError: a" became "KeyError: b"'],
    [
      [result({ 'text/plain': 'T', 'text/html': '<td>1</td>' })],
      [result({ 'text/plain': 'T', 'text/html': '<td>2</td>' })],
      'result: 1 became 2 (relative difference 1.0e+0)',
    ],
  ])('%# %j', (before, after, expected) => {
    expect(summaries(before, after)).toEqual([expected]);
  });

  it('leaves out what is masked', () => {
    expect(summaries([stdout('<o at 0x7f01>'), stderr('a')], [stdout('<o at 0x7f02>'), stderr('b')])).toEqual(
      ['stderr: "a" became "b"'],
    );
  });

  it('aligns the outputs that both have', () => {
    const figure = display({ 'image/svg+xml': '<svg/>' });
    expect(summaries([stdout('x'), figure], [figure])).toEqual(['stdout: only in the original: "x"']);
  });

  it('counts pixels and hands both pictures over', () => {
    const png = (value: number): Output => {
      const image = new PNG({ width: 2, height: 2 });
      image.data.fill(255);
      image.data[0] = value;
      return display({ 'image/png': PNG.sync.write(image).toString('base64') });
    };
    const [difference] = outputDifferences([png(1)], [png(2)]);
    expect(difference).toMatchObject({ mime: 'image/png', summary: '1 of 4 pixels differ (2×2)' });
    expect(difference?.pictures?.extension).toBe('png');
    expect(difference?.pictures?.before?.subarray(1, 4)).toEqual(Buffer.from('PNG'));
    expect(difference?.pictures?.after).not.toEqual(difference?.pictures?.before);
  });

  it('keeps the sentence and the first lines of the diff in a judgement', () => {
    const [difference] = outputDifferences([stdout('a\nb')], [stdout('a\nc')]);
    expect(difference && asDifference(difference)).toEqual({
      what: 'output',
      name: 'stdout',
      summary: '1 of 2 lines differ, first line 2: "b" became "c"\n@@ -1,2 +1,2 @@\n a\n-b\n+c',
    });
  });
});

describe('a unified diff', () => {
  it('keeps removed lines that look like headers', () => {
    expect(unifiedDiff('-- original\nx', 'x')).toContain('--- original');
  });

  it('is short', () => {
    const many = (mark: string): string => Array.from({ length: 500 }, (_, i) => `${mark}${i}`).join('\n');
    const lines = unifiedDiff(many('a'), many('b')).split('\n');
    expect(lines).toHaveLength(41);
    expect(lines.at(-1)).toMatch(/^… \d+ more lines$/);
  });
});
