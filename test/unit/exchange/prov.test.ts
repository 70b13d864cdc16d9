import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ProvDocument, provDocument } from '../../../src/exchange/prov';
import { official, officialPython } from '../../official';
import { temporaryFolder } from '../lineage/build';
import { sha } from '../replay/build';
import { exchanged, FETCHED, HOSTILE, judged, RUN, STUDY } from './runs';

beforeAll(() => void officialPython(), 180_000);

type Counts = Record<string, number>;

function readOfficially(document: ProvDocument): Counts {
  const file = path.join(temporaryFolder(), 'run.json');
  writeFileSync(file, JSON.stringify(document));
  return official<Counts>('prov', file);
}

describe('a run as PROV-JSON', () => {
  it('is read by the reference implementation, whole', () => {
    const document = provDocument(exchanged(STUDY, {}, judged(STUDY)));
    const count = (elements: object): number => Object.keys(elements).length;
    expect(readOfficially(document)).toEqual({
      ProvEntity: count(document.entity),
      ProvActivity: count(document.activity),
      ProvAgent: 1,
      ProvUsage: count(document.used),
      ProvGeneration: count(document.wasGeneratedBy),
      ProvAssociation: count(document.wasAssociatedWith),
    });
  });

  it('says which execution used and made which version', () => {
    const { entity, used, wasGeneratedBy, activity } = provDocument(exchanged(STUDY));
    const labelled = (id: unknown): unknown => {
      const found = entity[id as string]!;
      return `${found['prov:label'] as string} ${found['reprise:version'] as number}`;
    };
    const uses = Object.values(used)
      .filter((each) => each['prov:activity'] === 'run:execution-1')
      .map((each) => labelled(each['prov:entity']));
    const made = Object.values(wasGeneratedBy)
      .filter((each) => each['prov:activity'] === 'run:execution-1')
      .map((each) => labelled(each['prov:entity']));
    expect([uses, made]).toEqual([['rows 1'], ['rows 2']]);
    expect(entity['run:file_4']).toMatchObject({
      'prov:label': 'out/table.csv',
      'reprise:sha256': sha('table'),
    });
    expect(activity['run:run']).toMatchObject({
      'prov:startTime': '2026-01-01T00:00:00.000Z',
      'prov:endTime': '2026-01-01T00:00:01.000Z',
    });
  });

  it('says what came from elsewhere, and in which version', () => {
    const document = provDocument(exchanged(FETCHED));
    expect(readOfficially(document)['ProvUsage']).toBe(Object.keys(document.used).length);
    const uses = (activity: string): unknown[] =>
      Object.values(document.used)
        .filter((each) => each['prov:activity'] === activity)
        .map((each) => document.entity[each['prov:entity'] as string]!['prov:label']);
    const asked = 'postgresql://db.example/study: select n from t';
    expect(uses('run:run')).toEqual(['https://data.example/a.csv', asked]);
    expect(uses('run:execution-1')).toEqual([asked, 'memory:///x']);
    expect(document.entity['run:data_0']).toMatchObject({
      'prov:type': { $: 'reprise:Data', type: 'prov:QUALIFIED_NAME' },
      'reprise:source': 'url',
      'reprise:data-etag': '"v1"',
    });
    expect(document.entity['run:data_1']).toMatchObject({ 'reprise:data-rows': '3' });
  });

  it('names the records that a verdict rests on by their roots, and how far it can be relied on', () => {
    const judgement = judged(STUDY);
    const { entity, used } = provDocument(exchanged(STUDY, {}, judgement));
    expect(entity['run:verdict']).toMatchObject({
      'reprise:verdict': 'identical',
      'reprise:trust': 'replayed-by-author',
    });
    const rested = Object.values(used).filter((each) => each['prov:activity'] === 'run:judging');
    expect(rested.map((each) => entity[each['prov:entity'] as string]!['reprise:root'])).toEqual(
      judgement.by.runs.map(({ root }) => root),
    );
    expect(entity['run:record']).toMatchObject({ 'prov:label': RUN });
  });

  it('stays readable when the notebook means harm', () => {
    const counts = readOfficially(provDocument(exchanged(HOSTILE)));
    expect(counts).toMatchObject({ ProvActivity: 3, ProvUsage: 3 });
  });
});
