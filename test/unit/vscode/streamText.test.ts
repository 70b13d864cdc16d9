import { expect, it } from 'vitest';
import { StreamText } from '../../../src/vscode/kernels/streamText';

it('adds plain text to what is shown', () => {
  const stream = new StreamText('one\n');
  expect(stream.add('two')).toBe('two');
  expect(stream.shown).toBe('one\ntwo');
});

it('covers the line when something comes after a return, and not before', () => {
  const stream = new StreamText('kept\n 10 %\r');
  expect(stream.shown).toBe('kept\n 10 %');
  expect(stream.add(' 20 %')).toBeUndefined();
  expect(stream.shown).toBe('kept\n 20 %');
  expect(stream.add('\n')).toBe('\n');
});

it('erases by backspaces', () => {
  const stream = new StreamText('abcx');
  expect(stream.add('\by')).toBeUndefined();
  expect(stream.shown).toBe('abcy');
});

it('takes lines that end in carriage return and newline', () => {
  const stream = new StreamText('one\r');
  stream.add('\ntwo');
  expect(stream.shown).toBe('one\ntwo');
});
