import { expect, it } from 'vitest';
import { batchesOf, type Write } from '../../../src/vscode/kernels/batches';
import type { Output } from '../../../src/notebook/output';

const msgId = 'a';
const stream = (text: string): Output => ({ output_type: 'stream', name: 'stdout', text });
const append = (output: Output): Write => ({ do: 'append', msgId, output });
const text = (at: number, more: string): Write => ({ do: 'text', msgId, at, name: 'stdout', text: more });
const clear: Write = { do: 'clear', msgId };
const picture: Output = { output_type: 'display_data', data: { 'text/plain': 'fig' }, metadata: {} };

it('writes new outputs in one call, with the text that came after them', () => {
  const writes = [append(picture), append(stream('a')), text(1, 'b'), text(1, 'c')];
  expect(batchesOf(writes)).toEqual([{ do: 'append', outputs: [picture, stream('abc')] }]);
});

it('leaves what it was given as it was', () => {
  const output = stream('a');
  batchesOf([append(output), text(0, 'b')]);
  expect(output).toEqual(stream('a'));
});

it('writes text for an output that is shown already in one call', () => {
  expect(batchesOf([text(0, 'a'), text(0, 'b'), append(picture)])).toEqual([
    { ...text(0, 'ab') },
    { do: 'append', outputs: [picture] },
  ]);
});

it('does not write what is cleared at once, and shows what comes after without a gap', () => {
  expect(batchesOf([append(stream('old')), text(0, 'er'), clear, append(stream('new'))])).toEqual([
    { do: 'set', outputs: [stream('new')] },
  ]);
  expect(batchesOf([append(stream('old')), clear])).toEqual([{ do: 'set', outputs: [] }]);
});

it('keeps the order of text, updates and new outputs', () => {
  const replace: Write = { do: 'replace', msgId, at: 0, output: picture };
  expect(batchesOf([text(0, 'a'), replace, text(0, 'b')]).map((batch) => batch.do)).toEqual([
    'text',
    'replace',
    'text',
  ]);
});
