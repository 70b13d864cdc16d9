import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLineageEvents, openLineageText } from '../../../src/exchange/openlineage';
import type { Exchanged } from '../../../src/exchange/provenance';
import { official, officialPython } from '../../official';
import { temporaryFolder } from '../lineage/build';
import { sha } from '../replay/build';
import { exchanged, FETCHED, HOSTILE, judged, STUDY } from './runs';

beforeAll(() => void officialPython(), 180_000);

function readOfficially(run: Exchanged): string[] {
  const file = path.join(temporaryFolder(), 'events.ndjson');
  writeFileSync(file, openLineageText(run));
  return official<string[]>('openlineage', file);
}

const names = (datasets: { name: string; facets: Record<string, object> }[]): string[] =>
  datasets.map(
    ({ name, facets }) => `${name} ${(facets['version'] as { datasetVersion: string }).datasetVersion}`,
  );

describe('a run as OpenLineage events', () => {
  it('is taken by the official client, each facet by the class of its schema', () => {
    const git = { commit: 'c'.repeat(40), remote: 'https://git.example/team/rows.git', dirty: false };
    const run = exchanged(STUDY, { header: { git } }, judged(STUDY));
    expect(readOfficially(run)).toEqual([
      'START study.ipynb',
      ...STUDY.flatMap((_, i) => [`START study.ipynb#id${i}`, `COMPLETE study.ipynb#id${i}`]),
      'COMPLETE study.ipynb',
    ]);
  });

  it('names files by their digests: what each cell read and wrote, and the whole run', () => {
    const events = openLineageEvents(exchanged(STUDY));
    const of = (name: string) =>
      events.find(({ job, eventType }) => job.name === name && eventType === 'COMPLETE')!;
    expect(names(of('study.ipynb#id0').inputs)).toEqual([`rows.csv ${sha('a\n1\n')}`]);
    expect(names(of('study.ipynb#id2').outputs)).toEqual([`out/table.csv ${sha('table')}`]);
    expect(names(of('study.ipynb').inputs)).toEqual([`rows.csv ${sha('a\n1\n')}`]);
    expect(names(of('study.ipynb').outputs)).toEqual([`out/table.csv ${sha('table')}`]);
    const whole = of('study.ipynb').run;
    expect(of('study.ipynb#id3').run.facets['parent']).toMatchObject({ run: { runId: whole.runId } });
    expect(whole.facets['reprise_record']).toMatchObject({ trust: 'recorded' });
  });

  it('names data from elsewhere by where it lies, with its version', () => {
    const run = exchanged(FETCHED);
    expect(readOfficially(run)).toHaveLength(6);
    const { inputs } = openLineageEvents(run).at(-1)!;
    expect(inputs.map(({ namespace, name }) => [namespace, name])).toEqual([
      ['https://data.example', 'a.csv'],
      ['postgresql://db.example', 'study'],
    ]);
    expect(inputs.map(({ facets }) => facets['version'])).toMatchObject([
      { datasetVersion: '"v1"' },
      { datasetVersion: sha('rows') },
    ]);
    expect(inputs[1]!.facets['reprise_data']).toMatchObject({ query: 'select n from t' });
  });

  it('is the same run however often it is sent, and each execution another', () => {
    const ids = openLineageEvents(exchanged(STUDY)).map(({ run }) => run.runId);
    expect(openLineageEvents(exchanged(STUDY)).map(({ run }) => run.runId)).toEqual(ids);
    expect(new Set(ids).size).toBe(STUDY.length + 1);
  });

  it('ends as the run did, and says of an error what it was but not what it said', () => {
    const evalue = '/home/alice/rows.csv';
    const cells = [{ ...STUDY[0]!, status: 'error' as const, error: { ename: 'KeyError', evalue } }];
    const run = exchanged(cells, { summary: { status: 'error' } });
    expect(readOfficially(run).slice(-2)).toEqual(['FAIL study.ipynb#id0', 'FAIL study.ipynb']);
    expect(openLineageText(run)).toContain('Cell 0 raised KeyError');
    expect(openLineageText(run)).not.toContain(evalue);
    expect(openLineageEvents(exchanged(cells, { summary: null })).at(-1)?.eventType).toBe('ABORT');
  });

  it('stays one event a line when the notebook means harm', () => {
    expect(readOfficially(exchanged(HOSTILE))).toHaveLength(6);
  });
});
