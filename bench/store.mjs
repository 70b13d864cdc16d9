/**
 * `npm run bench -- store`: questions to a store of 100,000 cell executions, each beside a plain SQLite query for the same
 * rows. The records are made here: lines as the agent writes them, chained as it chains them.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = path.resolve(import.meta.dirname, '..');
const NOTEBOOKS = 10;
const RUNS = 800;
const CELLS = 100;
/** One kernel in which a notebook ran again and again. */
const PASSES = 200;
const ASKED = 40;
/** Of one question, however often it was asked by then. */
const MOST_MS = 5000;
const OPENED = 15;

/** @returns {Promise<object[]>} rows of the table */
export async function store() {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-bench-'));
  try {
    const ours = await modules(path.join(folder, 'built'));
    const study = path.join(folder, 'study');
    const made = makeStore(new ours.Store(study).ensure());
    console.log(
      `  made: ${made.executions.toLocaleString('en')} executions, ${megabytes(made.bytes)} of records`,
    );
    const plain = plainDatabase(path.join(folder, 'plain.sqlite'), ours, made);
    const { lineages, rows } = opened(ours, made, study);
    const without = () => new ours.RecordLineages(made.store);
    for (const question of questions(ours, made)) rows.push(asked(question, { lineages, without, plain }));
    lineages.close();
    rows.push(command(study, made));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The sources that the command is built of. */
async function modules(outDir) {
  const input = {
    store: 'src/lineage/store.ts',
    heads: 'src/lineage/heads.ts',
    open: 'src/lineage/index/open.ts',
    records: 'src/lineage/index/records.ts',
    across: 'src/lineage/across.ts',
    document: 'src/lineage/document.ts',
  };
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      minify: false,
      rollupOptions: { input, output: { entryFileNames: '[name].mjs' } },
    },
    ssr: { noExternal: true },
  });
  const loaded = await Promise.all(
    Object.keys(input).map((name) => import(pathToFileURL(path.join(outDir, `${name}.mjs`)).href)),
  );
  return Object.assign({}, ...loaded);
}

/** Notebook k reads what notebook k - 1 wrote in the run before it; the last record is that of a long session. */
function makeStore(into) {
  const made = { store: into, runs: [], executions: 0, bytes: 0, session: runId(RUNS) };
  const sources = Array.from({ length: CELLS }, (_, cell) => into.putObject(Buffer.from(sourceOf(cell))));
  for (let number = 0; number < RUNS; number++) {
    const run = runId(number);
    write(made, { run, number, executions: CELLS, sources });
    made.runs.push({ run, number, notebook: notebookOf(number) });
  }
  write(made, { run: made.session, number: RUNS, executions: CELLS * PASSES, sources });
  return made;
}

function write(made, { run, number, executions, sources }) {
  mkdirSync(made.store.runFolder(run), { recursive: true });
  const descriptor = openSync(made.store.recordPath(run), 'w');
  let prev = '0'.repeat(64);
  const line = (fields) => {
    const text = JSON.stringify({ ...fields, prev });
    prev = sha(text);
    made.bytes += writeSync(descriptor, `${text}\n`);
  };
  line(headerOf(run, number, sources));
  for (let seq = 0; seq < executions; seq++) line(cellOf(number, seq, sources));
  line({
    type: 'summary',
    status: 'ok',
    endedAt: timeOf(number, executions),
    durationMs: executions,
    results: sha(run),
    executed: executions,
    skipped: [],
    faults: [],
  });
  closeSync(descriptor);
  made.executions += executions;
}

const sha = (text) => createHash('sha256').update(text).digest('hex');
const notebookOf = (number) => `study/n${number % NOTEBOOKS}.ipynb`;
const sourceOf = (cell) => `x${cell} = step(x${cell - 1}, table, ${cell})\nprint(x${cell})`;
const timeOf = (number, seq) => new Date(Date.UTC(2026, 0, 1) + number * 3_600_000 + seq).toISOString();
const runId = (number) =>
  `${timeOf(number, 0).replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${String(number).padStart(6, '0')}`;
/** What notebook k has written in a run: the same again in the runs that follow, until its data change. */
const writtenBy = (number) => sha(`table of ${number % NOTEBOOKS} in ${Math.floor(number / NOTEBOOKS / 4)}`);

function headerOf(run, number, sources) {
  const packages = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`package-${i}`, `1.${i}.0`]));
  return {
    schema: 'reprise/record/1',
    type: 'header',
    run,
    notebook: notebookOf(number),
    startedAt: timeOf(number, 0),
    agent: { version: '0.1.0', sha256: sha('agent') },
    canon: 'canon/1',
    values: 'values/1',
    seed: { value: sha(`seed of ${run}`).slice(0, 32), from: 'fresh' },
    policy: 'close',
    entropy: 'record',
    rng: 'per-session',
    strict: false,
    environment: {
      python: { version: '3.11.7', build: 'main', implementation: 'CPython', compiler: 'GCC 12.2.0' },
      os: { system: 'Linux', release: '6.1.0', libc: 'glibc 2.36' },
      cpu: { model: 'AMD EPYC', flags: sha('flags'), cores: 2 },
      gpus: [],
      packages,
      variables: { PYTHONHASHSEED: '123' },
    },
    git: { commit: sha(`commit ${Math.floor(number / 20)}`).slice(0, 40), branch: 'main', dirty: false },
    cells: sources.map((source, index) => ({ index, id: `cell${index}`, type: 'code', source })),
    starter: 'runner',
  };
}

/** Reads the cell before, a table that the first cell loads, and now and then changes the table; every tenth keeps a file. */
function cellOf(number, seq, sources) {
  const index = seq % CELLS;
  const changes = index % 7 === 3;
  const value = (name) => ({
    name,
    digest: sha(`${name} ${number} ${seq}`),
    how: 'exact',
    type: 'DataFrame',
  });
  const reads = index === 0 ? [] : [`x${index - 1}`, 'table'];
  const input = number % NOTEBOOKS === 0 ? sha('raw') : writtenBy(number - 1);
  const inputPath = number % NOTEBOOKS === 0 ? 'data/raw.csv' : `data/t${(number - 1) % NOTEBOOKS}.csv`;
  const settings = Object.fromEntries(
    ['cwd', 'environ', 'sys.path', "IPython's formats", "decimal's context", 'module pandas'].map((name) => [
      name,
      sha(name),
    ]),
  );
  const files = [
    ...(index === 0 ? [{ path: inputPath, mode: 'read', sha256: input, size: 4096, attribution: 'exact' }] : []),
    ...(index === CELLS - 1
      ? [{ path: `data/t${number % NOTEBOOKS}.csv`, mode: 'write', sha256: writtenBy(number), size: 4096, attribution: 'exact' }]
      : []),
    ...(index % 10 === 5
      ? [{ path: `out/${index}.png`, mode: 'write', sha256: sha(`${number} ${index}`), size: 9000, attribution: 'exact' }]
      : []),
  ]; // prettier-ignore
  return {
    type: 'cell',
    seq,
    index,
    id: `cell${index}`,
    execution: Math.floor(seq / CELLS) + 1,
    executionCount: seq + 1,
    status: 'ok',
    startedAt: timeOf(number, seq),
    durationMs: 1,
    source: sources[index],
    error: null,
    reads,
    readDigests: Object.fromEntries(reads.map((name) => [name, sha(`${name} ${number}`)])),
    missing: [],
    writes: [value(`x${index}`), ...(changes || index === 0 ? [value('table')] : [])],
    mutated: changes ? ['table'] : [],
    shares: {},
    deletes: [],
    precision: 'monitoring',
    notObserved: [],
    files,
    clock: [],
    warnings: [],
    operations: [],
    entropy: [],
    outputs: { raw: sha(`output ${number} ${index}`), layout: sha(`output ${number} ${index}`), count: 1 },
    rng: {
      before: { 'python.random': sha('random'), 'numpy.global': sha('numpy') },
      after: { 'python.random': sha('random'), 'numpy.global': sha('numpy') },
      drew: [],
      seeded: [],
    },
    process: { before: settings, after: settings, used: [] },
    faults: [],
  };
}

/** As somebody would keep the same graph in two tables, without Reprise. */
function plainDatabase(file, ours, { store: from, runs, session }) {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE node (id TEXT PRIMARY KEY, run TEXT, notebook TEXT, kind TEXT, name TEXT, digest TEXT, started TEXT);
    CREATE TABLE edge (source TEXT, target TEXT, kind TEXT, run TEXT);
    BEGIN`);
  const node = db.prepare('INSERT OR REPLACE INTO node VALUES (?, ?, ?, ?, ?, ?, ?)');
  const edge = db.prepare('INSERT INTO edge VALUES (?, ?, ?, ?)');
  for (const run of [...runs.map((each) => each.run), session]) {
    const { notebook, nodes, edges } = ours.lineageOfRun(from, run);
    for (const each of nodes) {
      const name = each.name ?? each.path ?? each.cell?.index ?? null;
      node.run(
        each.id,
        run,
        notebook,
        each.kind,
        name,
        each.sha256 ?? each.digest ?? null,
        each.startedAt ?? null,
      );
    }
    for (const each of edges) if (each.kind !== 'rests-on') edge.run(each.from, each.to, each.kind, run);
  }
  db.exec(`COMMIT;
    CREATE INDEX node_run ON node (run, kind, name); CREATE INDEX node_notebook ON node (notebook, kind, started);
    CREATE INDEX node_digest ON node (digest); CREATE INDEX edge_source ON edge (source); CREATE INDEX edge_target ON edge (target)`);
  return db;
}

/** Everything from nothing, then as a command or a window finds it. */
function opened(ours, made, study) {
  const [first] = timed(() => {
    const lineages = new ours.StoreLineages(made.store);
    ours.headsOf(made.store);
    lineages.touches({ sha256: [sha('raw')] });
    lineages.part(made.session, { variable: 'x0' }, 'upstream');
    lineages.close();
  });
  let lineages;
  const times = Array.from({ length: OPENED }, () => {
    lineages?.close();
    return timed(() => {
      lineages = new ours.StoreLineages(made.store);
      ours.headsOf(made.store);
      lineages.touches({ sha256: [sha('nobody knows it')] });
    })[0];
  });
  const plain = Array.from({ length: OPENED }, () => {
    return timed(() => {
      const db = new DatabaseSync(path.join(study, '..', 'plain.sqlite'));
      db.prepare('SELECT id FROM node WHERE digest = ?').all('nobody knows it');
      db.close();
    })[0];
  });
  const ready = quantile(times, 0.95);
  return {
    lineages,
    rows: [
      {
        scenario: `open a store of ${made.executions.toLocaleString('en')} executions in ${made.runs.length + 1} runs`,
        baseline: `${figures(plain)} SQLite, which looks at no record`,
        ours: `${figures(times)}; the first time, from ${megabytes(made.bytes)} of records, ${(first / 1000).toFixed(1)} s`,
        goal: '≤ 0.5 s',
        met: ready <= 500,
      },
    ],
  };
}

const REACH = (here, there, within = '') =>
  `WITH RECURSIVE reached (id) AS (
     SELECT ? UNION SELECT edge.${there} FROM reached JOIN edge ON edge.${here} = reached.id ${within})
   SELECT node.* FROM reached JOIN node ON node.id = reached.id`;
const UP = REACH('target', 'source', 'AND edge.run = ?');
const DOWN = REACH('source', 'target', 'AND edge.run = ?');
const UP_ACROSS = REACH('target', 'source');

/** `ours` and `plain` each give how much they found. */
function questions(
  { headsOf, newestFinishedRun, lineageAcross, lineageOfFile },
  { store: from, runs, session },
) {
  const some = (at) => runs[(at * 7919) % runs.length];
  const last = (run, name) => [run, name];
  const LAST =
    "SELECT id FROM node WHERE run = ? AND kind = 'variable' AND name = ? ORDER BY rowid DESC LIMIT 1";
  const idOf = (db, run, name) => db.prepare(LAST).get(...last(run, name)).id;
  const reach = (db, sql, ...values) => db.prepare(sql).all(...values).length;
  return [
    {
      scenario: 'the newest run of a notebook',
      ours: (_, at) => (newestFinishedRun(from, notebookOf(at)) === undefined ? 0 : 1),
      plain: (db, at) =>
        db
          .prepare("SELECT run FROM node WHERE notebook = ? AND kind = 'cell' ORDER BY started DESC LIMIT 1")
          .all(notebookOf(at)).length,
    },
    {
      scenario: 'the runs of a notebook',
      ours: (_, at) => headsOf(from).filter(({ header }) => header?.notebook === notebookOf(at)).length,
      plain: (db, at) =>
        db.prepare("SELECT DISTINCT run FROM node WHERE notebook = ? AND kind = 'cell'").all(notebookOf(at))
          .length,
    },
    {
      scenario: 'what a variable came from, in a run',
      ours: (lineages, at) =>
        lineages.part(some(at).run, { variable: `x${(at * 13) % CELLS}` }, 'upstream').nodes.length,
      plain: (db, at) => reach(db, UP, idOf(db, some(at).run, `x${(at * 13) % CELLS}`), some(at).run),
    },
    {
      scenario: 'what depends on a file, in a run',
      ours: (lineages, at) => {
        const { number, run } = some(at);
        const file = number % NOTEBOOKS === 0 ? 'data/raw.csv' : `data/t${(number - 1) % NOTEBOOKS}.csv`;
        return lineages.part(run, { file }, 'downstream').nodes.length;
      },
      plain: (db, at) => reach(db, DOWN, `cell:cell0@${some(at).run}:0`, some(at).run) + 1,
    },
    {
      scenario: `what a variable came from, in a session of ${(CELLS * PASSES).toLocaleString('en')} executions`,
      ours: (lineages, at) =>
        lineages.part(session, { variable: `x${(at * 13) % CELLS}` }, 'upstream').nodes.length,
      plain: (db, at) => reach(db, UP, idOf(db, session, `x${(at * 13) % CELLS}`), session),
    },
    {
      scenario: 'what depends on a variable there',
      ours: (lineages, at) =>
        lineages.part(session, { variable: `x${(at * 13) % CELLS}` }, 'downstream').nodes.length,
      plain: (db, at) => reach(db, DOWN, idOf(db, session, `x${(at * 13) % CELLS}`), session),
    },
    {
      scenario: 'which runs read or wrote a version of a file',
      ours: (lineages, at) => lineages.touches({ sha256: [writtenBy(some(at).number)] }).length,
      plain: (db, at) =>
        db
          .prepare(
            `SELECT cell.run, edge.kind FROM node JOIN edge ON node.id IN (edge.source, edge.target)
             JOIN node AS cell ON cell.id = CASE node.id WHEN edge.source THEN edge.target ELSE edge.source END
             WHERE node.digest = ? AND node.kind = 'file'`,
          )
          .all(writtenBy(some(at).number)).length,
    },
    {
      scenario: 'what a variable came from, through files into other runs',
      ours: (lineages, at) =>
        lineageAcross(lineages, { run: some(at).run, from: { variable: 'x40' } }, 'upstream').nodes.length,
      plain: (db, at) => reach(db, UP_ACROSS, idOf(db, some(at).run, 'x40')),
    },
    {
      scenario: 'what depends on a file that very many runs read',
      ours: (lineages) =>
        lineageOfFile(lineages, lineages.touches({ sha256: [sha('raw')] }), 'downstream').nodes.length,
      // The cells of one run after the other, as it is asked for the newest runs alone.
      plain: (db) =>
        db
          .prepare(
            `SELECT cell.id, cell.run FROM node JOIN edge ON edge.source = node.id JOIN node AS cell ON cell.id = edge.target
             WHERE node.digest = ? ORDER BY cell.started DESC LIMIT 10`,
          )
          .all(sha('raw'))
          .reduce((sum, { id, run }) => sum + reach(db, DOWN, id, run), 0),
    },
  ];
}

function asked({ scenario, ours, plain }, { lineages, without, plain: db }) {
  const times = { ours: [], plain: [], without: [] };
  const found = { ours: [], plain: [] };
  // It compiles the statements and warms the file cache.
  plain(db, 0);
  ours(lineages, 0);
  const begun = performance.now();
  for (let at = 1; at === 1 || (at < ASKED && performance.now() - begun < MOST_MS); at++) {
    const pair = [timed(() => plain(db, at)), timed(() => ours(lineages, at))];
    times.plain.push(pair[0][0]);
    found.plain.push(pair[0][1]);
    times.ours.push(pair[1][0]);
    found.ours.push(pair[1][1]);
  }
  // As one command asks it.
  for (let at = 1; at < 4; at++) times.without.push(timed(() => ours(without(), at))[0]);
  const row = {
    scenario: `${scenario} (${quantile(found.ours, 0.5).toLocaleString('en')} found)`,
    baseline: `${figures(times.plain)} SQLite (${quantile(found.plain, 0.5).toLocaleString('en')})`,
    ours: `${figures(times.ours)}; ${quantile(times.without, 0.5).toFixed(0)} ms without an index`,
    goal: '≤ 50 ms',
    met: quantile(times.ours, 0.95) <= 50,
  };
  console.log(`  measured: ${row.scenario}: ${row.ours}; ${row.baseline}`);
  return row;
}

/** From a cold start of the process to its end. */
function command(study, { runs }) {
  const { run } = runs.at(-1);
  const ask = () => {
    const args = ['lineage', run, '--variable', 'x40', '--across', '--format', 'json'];
    const { status, stderr } = spawnSync(path.join(root, 'bin', 'reprise'), args, {
      cwd: study,
      maxBuffer: 2 ** 28,
    });
    if (status !== 0 || stderr.length > 0) throw new Error(`reprise lineage ended with ${status}: ${stderr}`);
  };
  const nothing = () => spawnSync(path.join(root, 'bin', 'reprise'), ['--version']);
  const times = Array.from({ length: OPENED }, () => timed(ask)[0]);
  const bare = Array.from({ length: OPENED }, () => timed(nothing)[0]);
  return {
    scenario: '`reprise lineage RUN --variable x40 --across`, cold',
    baseline: `${figures(bare)} \`reprise --version\``,
    ours: figures(times),
    goal: '≤ 0.5 s',
    met: quantile(times, 0.95) <= 500,
  };
}

function timed(work) {
  const begun = performance.now();
  const result = work();
  return [performance.now() - begun, result];
}

function figures(times) {
  return `${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}
