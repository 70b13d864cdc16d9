/** Two runs of a notebook that asks a database, with one row changed in between: what is said of it. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { Workplace } from './support';

const QUERY = "select name, size from study where name != 'SECRET' order by name";
const CHECKOUT = path.resolve(__dirname, '../..');
const place = new Workplace();
let python: string | undefined;

/** The drivers are in the environment of the agent's tests alone. */
beforeAll(async () => {
  const script = path.join(CHECKOUT, 'scripts/python-env.mjs');
  const made = await promisify(execFile)(process.execPath, [script, 'agent-313']).catch(() => undefined);
  python = made?.stdout.trim().split('\n').at(-1);
}, 900_000);
afterAll(() => place.remove());

async function run(code: string): Promise<string> {
  return (await promisify(execFile)(python!, ['-c', code], { cwd: place.folder })).stdout;
}

async function causeOf(notebook: string, change: string): Promise<Judgement['causes']> {
  const first = await place.start(['run', notebook, '--python', python!]).ended;
  expect([first.code, first.stderr]).toEqual([0, expect.any(String) as string]);
  await run(change);
  const replayed = ['replay', place.store.runIds()[0]!, '--python', python!, '--format', 'json'];
  return (JSON.parse((await place.start(replayed).ended).stdout) as Judgement).causes;
}

it('names the query, and the file, of a database of DuckDB', async (context: TestContext) => {
  if (python === undefined) return context.skip('optional: there is no Python 3.13 on this machine');
  await run(
    "import duckdb\nwith duckdb.connect('study.duckdb') as c:\n" +
      "    c.execute(\"create table study as select 'a' as name, 1 as size union all select 'b', 2\")",
  );
  place.notebook('duck.ipynb', [
    `import duckdb\nwith duckdb.connect('study.duckdb', read_only=True) as c:\n    print(c.execute("${QUERY}").fetchall())`,
  ]);
  const causes = await causeOf(
    'duck.ipynb',
    "import duckdb\nwith duckdb.connect('study.duckdb') as c:\n    c.execute(\"update study set size = 3 where name = 'b'\")",
  );
  expect(causes.map(({ kind, confidence }) => [kind, confidence])).toContainEqual(['data-drift', 'certain']);
  const drift = causes.find(({ kind }) => kind === 'data-drift');
  expect(drift?.evidence.map(({ what }) => what)).toEqual([
    'sha256 of study.duckdb',
    "sha256 of the rows of select name, size from study where name != '…' order by name in duckdb:study.duckdb",
  ]);
  expect(JSON.stringify(causes)).not.toContain('SECRET');
});

it('names the query of a database of PostgreSQL', async (context: TestContext) => {
  if (python === undefined) return context.skip('optional: there is no Python 3.13 on this machine');
  const server = spawn(
    python,
    [
      '-c',
      'import sys\nfrom postgres import running\nwith running() as (port, _):\n    print(port, flush=True)\n    sys.stdin.read()',
    ],
    { env: { ...process.env, PYTHONPATH: path.join(CHECKOUT, 'test/agent/data') }, stdio: 'pipe' },
  );
  try {
    const [said] = (await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])) as unknown[];
    if (!Buffer.isBuffer(said)) return context.skip('optional: there is no PostgreSQL server on the PATH');
    const address = `postgresql://postgres:SECRET@127.0.0.1:${said.toString().trim()}/postgres`;
    const doing = (what: string): string =>
      `import psycopg\nwith psycopg.connect('${address}') as c:\n    c.execute("${what}")`;
    await run(doing("create table study as select 'a' as name, 1 as size union all select 'b', 2"));
    place.notebook('post.ipynb', [
      `import psycopg\nc = psycopg.connect('${address}')`,
      `c.execute("${QUERY}").fetchall()`,
    ]);
    const causes = await causeOf('post.ipynb', doing("update study set size = 3 where name = 'b'"));
    expect(causes).toMatchObject([
      {
        kind: 'data-drift',
        confidence: 'certain',
        summary: `what \`select name, size from study where name != '…' order by name\` gives of \`postgresql://127.0.0.1:${said.toString().trim()}/postgres\`, which cell 1 reads, has another version than the original read.`,
      },
    ]);
  } finally {
    server.stdin.end();
    if (server.exitCode === null) await once(server, 'exit');
  }
});

it('names the statement that lets SQLite draw, and neither its file nor its rows', async () => {
  const demo = process.env.REPRISE_TEST_PYTHON!;
  place.notebook('sampled.ipynb', [
    "import sqlite3\nc = sqlite3.connect('study.db')\nc.execute('create table if not exists study as with recursive n(i) as (select 1 union all select i + 1 from n where i < 999) select i from n') and c.commit()",
    "print(c.execute('select i from study order by random() limit 20').fetchall())",
  ]);
  const { code, stdout } = await place.start(['verify', 'sampled.ipynb', '--python', demo]).ended;
  expect(code).toBe(1);
  expect(stdout).toContain("The database's own generator was drawn from on line 1 of cell 1");
  expect(stdout).toContain('Sort the rows by a key and sample them in the notebook');
  expect(stdout).not.toContain('another version');
});
