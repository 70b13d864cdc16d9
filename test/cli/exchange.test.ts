/** A real run and its replay, given to other tools and signed: all of it is what the official implementations take. */
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/replay/documents';
import { document } from '../documents';
import { CommandLine } from '../../src/vscode/commandLine';
import { SAVE_PUBLIC_KEY } from '../../src/vscode/exporting/ask';
import { beginRun, DEFAULTS } from '../../src/vscode/follow/state';
import { official, officialPython } from '../official';
import { call, FakeEditor } from '../unit/vscode/fakeEditor';
import { type Ended, PYTHON, type Spawning, Workplace } from './support';

const SECRET = 'token-4f7a1c';
const place = new Workplace();
const home = place.path('home', 'alice-secret');
const root = path.join(home, 'work');
const spawning: Spawning = {
  cwd: root,
  env: {
    HOME: home,
    USER: 'alice-secret',
    LOGNAME: 'alice-secret',
    HOSTNAME: 'alices-laptop',
    HF_TOKEN: SECRET,
  },
};
let run = '';

const reprise = (...args: string[]): Promise<Ended> => place.start(args, spawning).ended;
const at = (...names: string[]): string => path.join(root, ...names);

const CELLS = [
  `import os, random
with open('rows.csv') as file: rows = [int(line) for line in file]
with open(os.path.expanduser('~/private.csv')) as file: more = file.read()`,
  'total = sum(rows) + random.randint(0, 9)\nprint(total)',
  "with open('total.txt', 'w') as file: file.write(str(total))",
];

beforeAll(async () => {
  officialPython();
  mkdirSync(root, { recursive: true });
  writeFileSync(at('rows.csv'), '1\n2\n3\n');
  writeFileSync(path.join(home, 'private.csv'), 'private');
  place.notebook(path.relative(place.folder, at('study.ipynb')), CELLS);
  const ran = await reprise('run', 'study.ipynb', '--python', PYTHON, '--format', 'json');
  run = document<Run>(ran, 'run-1').run;
  const replayed = await reprise('replay', run, '--python', PYTHON);
  expect([replayed.code, replayed.stdout]).toEqual([
    0,
    expect.stringContaining('Trust: replayed by the author.'),
  ]);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(at('reprise.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(at('reprise.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
}, 300_000);
afterAll(() => place.remove());

describe('a real run', () => {
  it('is taken by the official implementations, and holds nothing of who made it and where', async () => {
    const texts: string[] = [];
    for (const [to, file] of [
      ['prov', 'run.prov.json'],
      ['openlineage', 'run.ndjson'],
      ['mermaid', 'run.mmd'],
      ['ro-crate', 'run.zip'],
    ] as const) {
      const { code, stdout, stderr } = await reprise('export', run, '--to', to, '--out', file);
      expect([to, code, stderr, stdout]).toEqual([to, 0, '', expect.stringContaining(`Wrote ${file}`)]);
      texts.push(stdout);
      // The archive's members are read below: in packed bytes any two letters happen to stand side by side.
      if (to !== 'ro-crate') texts.push(readFileSync(at(file), 'utf8'));
    }
    expect(official('prov', at('run.prov.json'))).toMatchObject({ ProvActivity: 1 + CELLS.length + 1 });
    expect(official('openlineage', at('run.ndjson'))).toHaveLength(2 + 2 * CELLS.length);
    const members = unzipSync(readFileSync(at('run.zip')));
    expect(Object.keys(members).sort()).toEqual([
      'data/rows.csv',
      'data/total.txt',
      'ro-crate-metadata.json',
      'run/executed.ipynb',
      'run/record.jsonl',
      'run/verdict.json',
      'study.ipynb',
    ]);
    for (const [name, bytes] of Object.entries(members)) {
      texts.push(Buffer.from(bytes).toString());
      mkdirSync(path.dirname(at('crate', name)), { recursive: true });
      writeFileSync(at('crate', name), bytes);
    }
    expect(official('ro-crate', at('crate'))).toEqual([[]]);
    const own = [home, 'alice-secret', 'alices-laptop', SECRET, PYTHON, place.folder];
    // A machine may be called `vm`, and any text holds that.
    if (hostname().length > 4) own.push(hostname());
    const user = userInfo().username;
    for (const secret of user === 'root' ? own : [...own, user])
      expect(
        texts.filter((text) => text.includes(secret)),
        secret,
      ).toEqual([]);
  }, 300_000);

  it('goes to stdout where no file is named, alone', async () => {
    const text = await reprise('export', 'study.ipynb', '--to', 'mermaid');
    expect([text.code, text.stdout]).toEqual([0, expect.stringMatching(/^flowchart TD\n/)]);
    const json = await reprise('export', run, '--to', 'prov', '--format', 'json');
    expect(document(json)).toMatchObject({ schema: 'reprise/export/0', run, to: 'prov', files: [] });
  });
});

describe('a signed verdict', () => {
  const check = (...more: string[]): Promise<Ended> =>
    reprise('verify-attestation', 'verdict.jsonl', '--key', 'reprise.pub', ...more);

  beforeAll(async () => {
    const { code, stderr } = await reprise(
      ...['export', run, '--to', 'in-toto', '--key', 'reprise.key', '--out', 'verdict.jsonl'],
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('is accepted by others and by us', async () => {
    expect(official('in-toto', at('verdict.jsonl'), at('reprise.pub'))).toHaveLength(2);
    const { code, stdout } = await check();
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/the records say the same[^]*Same in 1 of 1 run/),
    ]);
    const json = document(await check('--format', 'json'));
    expect(json).toMatchObject({
      schema: 'reprise/verify-attestation/0',
      accepted: true,
      refusals: [],
      original: run,
      verdict: 'identical',
      trust: 'replayed-by-author',
    });
  });

  it('made in the editor, with a key of its own, is one as well', async () => {
    const editor = new FakeEditor();
    editor.commandLine = new CommandLine(path.resolve(__dirname, '../../dist/cli.js'));
    const study = { uri: 'file:///study.ipynb', name: 'study.ipynb', path: at('study.ipynb') };
    editor.front = { ...study, folder: root, root, notebook: 'study.ipynb' };
    editor.found = { ...DEFAULTS, run: beginRun(run) };
    const answers = ['Signed verdict', 'Make a new key', at('own.jsonl'), SAVE_PUBLIC_KEY, at('own.pub')];
    await call('reprise.exportRun', editor, ...answers);
    expect(official('in-toto', at('own.jsonl'), at('own.pub'))).toHaveLength(2);
    const checked = await reprise('verify-attestation', 'own.jsonl', '--key', 'own.pub');
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('the records say the same')]);
  });

  it('is refused with another key, and where it or a record was changed; without a record nothing can be said', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(at('other.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const other = await reprise('verify-attestation', 'verdict.jsonl', '--key', 'other.pub');
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('not signed with this key')]);

    cpSync(at('.reprise'), at('copy', '.reprise'), { recursive: true });
    expect((await check('--runs', 'copy')).code).toBe(0);
    const record = at('copy', '.reprise', 'runs', run, 'record.jsonl');
    writeFileSync(record, readFileSync(record, 'utf8').replace('"policy":"close"', '"policy":"full"'));
    const changed = await check('--runs', 'copy', '--format', 'json');
    expect(changed.code).toBe(1);
    const { refusals } = document<{ refusals: { what: string }[] }>(changed);
    expect(refusals.map(({ what }) => what)).toContain('record');

    rmSync(path.dirname(record), { recursive: true });
    const lacking = await check('--runs', 'copy');
    expect([lacking.code, lacking.stderr]).toEqual([4, expect.stringContaining(`${run} is not here`)]);
  });

  it('says what is wrong with a key or a file', async () => {
    const none = await reprise('export', run, '--to', 'in-toto');
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('openssl genpkey -algorithm ed25519'),
    ]);
    chmodSync(at('reprise.key'), 0o644);
    const open = await reprise('export', run, '--to', 'in-toto', '--key', 'reprise.key');
    expect([open.code, open.stderr]).toEqual([0, expect.stringContaining('chmod 600')]);
    const bare = await reprise('export', run, '--to', 'in-toto', '--no-sign', '--out', 'bare.jsonl');
    expect(bare.code).toBe(0);
    const unsigned = await reprise('verify-attestation', 'bare.jsonl', '--key', 'reprise.pub');
    expect([unsigned.code, unsigned.stderr]).toEqual([2, expect.stringContaining('nobody signed')]);
    const wrong = await reprise('verify-attestation', 'rows.csv', '--key', 'reprise.pub');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('no signed statements')]);
    const noKey = await reprise('verify-attestation', 'verdict.jsonl', '--key', 'rows.csv');
    expect([noKey.code, noKey.stderr]).toEqual([2, expect.stringContaining('no ed25519 key')]);
  });
});
