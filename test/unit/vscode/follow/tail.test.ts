import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RecordTail } from '../../../../src/vscode/follow/tail';
import { temporaryFolder } from '../../lineage/build';
import { sha } from '../../replay/build';
import { recordedLines } from '../recorded';

function tailed(): { file: string; tail: RecordTail } {
  const file = path.join(temporaryFolder(), 'record.jsonl');
  return { file, tail: new RecordTail(file) };
}

const types = ({ lines }: { lines: { line: object }[] }) =>
  lines.map(({ line }) => (line as { type: string }).type);

it('gives each line once, with its digest', async () => {
  const { file, tail } = tailed();
  const lines = recordedLines('original');
  writeFileSync(file, `${lines[0]}\n${lines[1]}\n`);
  const first = await tail.read();
  expect(types(first)).toEqual(['header', 'cell']);
  expect(first.lines[1]?.digest).toBe(sha(lines[1]!));
  expect((await tail.read()).lines).toEqual([]);
  appendFileSync(file, `${lines[2]}\n`);
  expect(await tail.read()).toMatchObject({ restarted: false, lines: [{ line: { type: 'cell', seq: 1 } }] });
});

it('waits for the rest of a line', async () => {
  const { file, tail } = tailed();
  writeFileSync(file, '{"type":"a"}\n{"type":');
  expect(types(await tail.read())).toEqual(['a']);
  appendFileSync(file, '"b"}\n');
  expect(types(await tail.read())).toEqual(['b']);
});

it('reads the line that took the place of a torn one', async () => {
  const { file, tail } = tailed();
  writeFileSync(file, '{"type":"a"}\n{"type":"torn…');
  await tail.read();
  truncateSync(file, 13);
  appendFileSync(file, '{"type":"longer than what was torn"}\n');
  expect(types(await tail.read())).toEqual(['longer than what was torn']);
});

it('takes lines that are longer than what is read at once', async () => {
  const { file, tail } = tailed();
  const long = JSON.stringify({ type: 'long', reads: 'x'.repeat(3_000_000) });
  writeFileSync(file, `{"type":"a"}\n${long}\n{"type":"b"}\n`);
  expect(types(await tail.read())).toEqual(['a', 'long', 'b']);
});

it('passes over a line that is not JSON, and goes on', async () => {
  const { file, tail } = tailed();
  writeFileSync(file, 'no\n[]\n{"type":"a"}\n');
  expect(types(await tail.read())).toEqual(['a']);
});

it('begins anew when the file is another one, is shorter, or is gone', async () => {
  const { file, tail } = tailed();
  expect(await tail.read()).toEqual({ lines: [], restarted: false });
  writeFileSync(file, '{"type":"a"}\n{"type":"b"}\n');
  await tail.read();
  writeFileSync(`${file}.new`, '{"type":"c"}\n{"type":"d"}\n{"type":"e"}\n');
  renameSync(`${file}.new`, file);
  const other = await tail.read();
  expect([other.restarted, ...types(other)]).toEqual([true, 'c', 'd', 'e']);
  truncateSync(file, 13);
  const shorter = await tail.read();
  expect([shorter.restarted, ...types(shorter)]).toEqual([true, 'c']);
  rmSync(file);
  expect(await tail.read()).toEqual({ lines: [], restarted: true });
  expect(await tail.read()).toEqual({ lines: [], restarted: false });
});
