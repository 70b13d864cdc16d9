import { describe, expect, it } from 'vitest';
import { chains, contextLine } from '../../../src/lineage/draw';
import { find } from '../../../src/lineage/focus';
import { lineageOf } from '../../../src/lineage/trace';
import { record, sha } from '../replay/build';

const built = record([
  {
    code: 'df = pd.read_csv(url)',
    writes: ['df'],
    data: [
      { kind: 'url', name: 'https://data.example/a.csv', version: { etag: '"v1"' } },
      { kind: 'dvc', name: 'data/raw', version: { md5: 'ab.dir' } },
      { kind: 'url', name: 'https://data.example/now', version: {} },
      {
        kind: 'sql',
        name: 'sqlite:study.db',
        query: 'select 1',
        version: { rows: '2', sha256: sha('rows') },
      },
    ],
  },
  { code: 'print(df.mean())', reads: ['df'] },
]);

describe('data from elsewhere', () => {
  const document = lineageOf([{ ...built, sourceOf: () => undefined }]);

  it('stands in the chain of what came from it, with its version', () => {
    const [line] = chains(document, find(document, { variable: 'df' }), 'upstream');
    expect(line).toBe(
      'df ← cell 0 ← https://data.example/a.csv (etag "v1"), data/raw (DVC: md5 ab.dir), ' +
        'https://data.example/now (nothing says which version), sqlite:study.db: select 1 (rows 2, sha256 ' +
        `${sha('rows').slice(0, 12)}…)`,
    );
  });

  it('leads downstream to the cells that used it, and is no context of the whole run', () => {
    const data = document.nodes.filter(({ kind }) => kind === 'data').slice(0, 1);
    expect(chains(document, data, 'downstream').map((line) => line.trim())).toEqual([
      'https://data.example/a.csv (etag "v1") → cell 0 → df',
      'df → cell 1',
    ]);
    expect(contextLine(document)).not.toContain('data.example');
  });
});

it('leads from a file outside the root to its writer, past another of the same name', () => {
  const file = (mode: 'read' | 'write', place: string, content: string) =>
    ({ path: 'out.csv', outside: true, place, mode, sha256: sha(content), attribution: 'exact' }) as const;
  const run = record([
    { files: [file('write', 'a', 'one')] },
    { files: [file('write', 'b', 'two')] },
    { files: [file('read', 'a', 'one')] },
  ]);
  const document = lineageOf([{ ...run, sourceOf: () => undefined }]);
  const [node] = document.nodes.filter((each) => each.kind === 'file' && each.sha256 === sha('one'));
  expect(document.edges.filter(({ from, to }) => [from, to].includes(node!.id))).toMatchObject([
    { kind: 'wrote' },
    { kind: 'read' },
  ]);
});
