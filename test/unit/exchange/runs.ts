/** A run with something of everything that exports tell of, and one that means harm. */
import { canonicalJson } from '../../../src/notebook/digest';
import { rawForm } from '../../../src/notebook/output';
import type { Store } from '../../../src/lineage/store';
import { writeRun } from '../lineage/build';
import type { RunRecord } from '../../../src/lineage/record';
import type { Exchanged } from '../../../src/exchange/provenance';
import { judge } from '../../../src/replay/compare/judge';
import type { Judgement } from '../../../src/replay/documents';
import {
  type CellSpec,
  exact,
  opaque,
  read,
  record,
  type RunSpec,
  sha,
  side,
  stdout,
  wrote,
} from '../replay/build';

export const RUN = '20260101-000000-aaaaaa';
export const REPLAY = '20260101-000100-bbbbbb';

export const STUDY: CellSpec[] = [
  {
    code: 'rows = load("rows.csv")',
    files: [read('rows.csv', 'a\n1\n')],
    writes: [exact('rows'), opaque('log')],
  },
  {
    code: 'rows = clean(rows)',
    readDigests: { rows: sha('rows') },
    writes: [exact('rows', 'cleaned')],
    outputs: [stdout('12 rows\n')],
  },
  {
    code: 'save(rows, "out/table.csv")',
    readDigests: { rows: sha('cleaned') },
    files: [wrote('out/table.csv', 'table', { size: 5 }), wrote('out/tmp', 'gone', { deleted: true })],
  },
  { code: 'check("out/table.csv")', files: [read('out/table.csv', 'table')] },
];

/** Data from elsewhere: a server's, a database's twice in one version, and what the run made itself. */
export const FETCHED: CellSpec[] = [
  {
    code: 'rows = fetch()',
    data: [
      { kind: 'url', name: 'https://data.example/a.csv', version: { etag: '"v1"', modified: 'Thu' } },
      { kind: 'sql', name: 'postgresql://db.example/study', query: 'select n from t', version: { rows: '3', sha256: sha('rows') } },
    ],
  },
  {
    code: 'again = fetch()',
    data: [
      { kind: 'sql', name: 'postgresql://db.example/study', query: 'select n from t', version: { rows: '3', sha256: sha('rows') } },
      { kind: 'url', name: 'memory:///x', version: {}, own: true },
    ],
  },
]; // prettier-ignore

export function exchanged(cells: CellSpec[], spec: RunSpec = {}, judgement?: Judgement): Exchanged {
  const built: RunRecord = record(cells, { run: RUN, ...spec });
  return {
    record: built,
    ...(judgement === undefined ? {} : { judgement }),
    title: ({ index }) => cells[index]?.code ?? '',
  };
}

export function judged(cells: CellSpec[], replayed: CellSpec[] = cells): Judgement {
  return judge(side(cells, { run: RUN }), [side(replayed, { run: REPLAY })]);
}

/** Markup, quotes and line breaks wherever a notebook can put them. */
export const EVIL = `"]; click x "javascript:alert(1)"\n%%{init}%% <script>alert('x')</script> \`--> #quot; \u001b[31m`;
export const HOSTILE: CellSpec[] = [
  {
    id: EVIL,
    code: EVIL,
    status: 'error',
    error: { ename: EVIL, evalue: EVIL },
    writes: [{ name: EVIL, how: 'exact', digest: sha('v'), type: EVIL }],
    files: [read(`../../${EVIL}`, 'x'), wrote(EVIL, 'y')],
  },
  { id: 'after', code: EVIL, reads: [EVIL], readDigests: { [EVIL]: sha('v') } },
];

/** Runs on disk with the outputs of their cells, as the agent keeps them. */
export function keepRun(store: Store, run: string, cells: CellSpec[], spec: RunSpec = {}): void {
  writeRun(store, run, cells, spec);
  for (const { code = '', outputs = [] } of cells) {
    store.putObject(Buffer.from(code));
    store.putObject(Buffer.from(canonicalJson(rawForm(outputs) as never)));
  }
}
