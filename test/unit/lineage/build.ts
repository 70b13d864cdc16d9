/** Records on disk, chained as the agent chains them. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { Store } from '../../../src/lineage/store';
import { record, type CellSpec, type RunSpec } from '../replay/build';

const made: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-'));
  made.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryStore(): Store {
  return new Store(temporaryFolder()).ensure();
}

export function chained(lines: object[]): string[] {
  let prev = '0'.repeat(64);
  return lines.map((line) => {
    const text = JSON.stringify({ ...line, prev });
    prev = createHash('sha256').update(text).digest('hex');
    return text;
  });
}

export function recordText(cells: CellSpec[], spec: RunSpec = {}): string {
  const { header, cells: lines, summary } = record(cells, spec);
  return chained([header, ...lines, ...(summary === null ? [] : [summary])]).join('\n') + '\n';
}

export function writeRun(store: Store, run: string, cells: CellSpec[], spec: RunSpec = {}): string {
  const folder = path.join(store.runsFolder, run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'record.jsonl'), recordText(cells, { ...spec, run }));
  return folder;
}
