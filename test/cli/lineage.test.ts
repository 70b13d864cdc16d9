import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LineageDocument } from '../../src/lineage/graph';
import { Workplace } from './support';

describe('reprise lineage as a page', () => {
  const place = new Workplace();

  beforeAll(async () => {
    place.notebook('n.ipynb', ['x = 1', 'y = x + 1', 'z = "</script><b>bold</b>"']);
    expect((await place.execute('run', 'n.ipynb')).code).toBe(0);
  });
  afterAll(() => place.remove());

  const shown = (file: string): LineageDocument => {
    const html = readFileSync(file, 'utf8');
    const held = /<script type="application\/json" id="message">(.*?)<\/script>/s.exec(html)![1]!;
    return (JSON.parse(held) as { document: LineageDocument }).document;
  };
  const cellsOf = ({ nodes }: LineageDocument): string[] =>
    nodes.flatMap((node) => (node.kind === 'cell' ? [node.cell.id] : []));

  it('is one file that names no other, and runs no script but its own', async () => {
    const { code, stdout } = await place.reprise('lineage', 'n.ipynb', '--out', 'pages/all.html');
    expect([code, stdout]).toEqual([0, `Lineage: ${place.path('pages/all.html')}\n`]);
    const html = place.read('pages/all.html');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    expect(policy).toMatch(/^default-src &#39;none&#39;|^default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html).not.toMatch(/<(script|link|img)\b[^>]*\b(src|href)=/);
    expect(html).not.toContain('<b>bold</b>');
    expect(cellsOf(shown(place.path('pages/all.html')))).toEqual(['c0', 'c1', 'c2']);
  });

  it('holds no more than was asked for, and leaves stdout to the document', async () => {
    const args = ['--variable', 'y', '--format', 'json', '--out', 'y.html'];
    const { code, stdout, stderr } = await place.reprise('lineage', 'n.ipynb', ...args);
    expect([code, stderr]).toEqual([0, `Lineage: ${place.path('y.html')}\n`]);
    const printed = JSON.parse(stdout) as LineageDocument;
    expect(cellsOf(printed)).toEqual(['c0', 'c1']);
    expect(shown(place.path('y.html'))).toEqual(printed);
  });

  it.skipIf(process.platform !== 'linux')('is shown by what the desktop shows files with', async () => {
    const opened = place.path('opened');
    mkdirSync(place.path('bin'));
    chmodSync(place.write('bin/xdg-open', `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`), 0o755);
    const env = { PATH: `${place.path('bin')}:${process.env.PATH}` };
    const { code, stdout } = await place.start(['lineage', 'n.ipynb', '--open'], { env }).ended;
    const file = /^Lineage: (.*)\n$/.exec(stdout)![1]!;
    expect([code, path.basename(file)]).toEqual([0, 'n.ipynb.lineage.html']);
    for (let waited = 0; !existsSync(opened) && waited < 10_000; waited += 50) await sleep(50);
    expect(readFileSync(opened, 'utf8')).toBe(file);
    expect(cellsOf(shown(file))).toEqual(['c0', 'c1', 'c2']);
  });

  it('says where it could not be written', async () => {
    const { code, stderr } = await place.reprise('lineage', 'n.ipynb', '--out', place.path('n.ipynb/x.html'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/The graph could not be written to .*n\.ipynb\/x\.html/);
  });
});

describe('reprise lineage from run to run', () => {
  const place = new Workplace();

  beforeAll(async () => {
    place.notebook('prepare.ipynb', ['rows = 3', 'open("clean.csv", "w").write("x\\n" * rows)']);
    place.notebook('train.ipynb', ['text = open("clean.csv").read()', 'size = len(text)']);
    for (const name of ['prepare.ipynb', 'train.ipynb'])
      expect((await place.execute('run', name)).code).toBe(0);
  });
  afterAll(() => place.remove());

  it('follows a file to the run that wrote it, when told to', async () => {
    const within = await place.reprise('lineage', 'train.ipynb', '--variable', 'size');
    expect(within.stdout).not.toContain('prepare.ipynb');
    const { stdout } = await place.reprise('lineage', 'train.ipynb', '--variable', 'size', '--across');
    expect(stdout).toMatch(/^train\.ipynb, run \S+; prepare\.ipynb, run \S+\n/);
    expect(stdout).toContain('size ← train.ipynb cell 1 ← text');
    expect(stdout).toMatch(/clean\.csv \w{8}… ← prepare\.ipynb cell 1 ← rows/);
  });

  it('says of a file or a digest which runs wrote and read it, and what depends on it', async () => {
    const { stdout } = await place.reprise('lineage', 'clean.csv', '--downstream');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^clean\.csv \w{12}…: written by 1 run, read by 1 run$/);
    expect(lines[1]).toMatch(/^\S+ {2}read {3}train\.ipynb cell 0$/);
    expect(lines[2]).toMatch(/^\S+ {2}wrote {2}prepare\.ipynb cell 1$/);
    expect(stdout).toMatch(/text → train\.ipynb cell 1 → size/);
    const asked = await place.reprise('lineage', 'clean.csv', '--format', 'json');
    const { touches, runs } = JSON.parse(asked.stdout) as LineageDocument & { touches: { sha256: string }[] };
    expect([touches.length, runs.length]).toEqual([2, 1]);
    const byDigest = await place.reprise('lineage', touches[0]!.sha256, '--format', 'json');
    expect(byDigest.stdout).toBe(asked.stdout);
  });

  it('knows a file that has changed since by its newest version, and no file that no run knew', async () => {
    place.write('clean.csv', 'something else\n');
    const { stdout } = await place.reprise('lineage', 'clean.csv');
    expect(stdout).toMatch(/^clean\.csv \w{12}…: written by 1 run, read by 1 run\n/);
    const { code, stderr } = await place.reprise('lineage', 'nobody.csv');
    expect(code).toBe(2);
    expect(stderr).toContain('No recorded run read or wrote nobody.csv.');
    const mixed = await place.reprise('lineage', 'clean.csv', '--variable', 'x');
    expect(mixed.stderr).toContain('A file or a digest is looked for in all runs.');
  });

  it('looks for a file outside every root among the runs of the folder where it is asked', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'reprise-elsewhere-'));
    const file = path.join(elsewhere, 'scores.csv');
    writeFileSync(file, 'a,b\n1,2\n');
    place.notebook('outside.ipynb', [`scores = open(${JSON.stringify(file)}).read()`]);
    expect((await place.execute('run', 'outside.ipynb')).code).toBe(0);
    const { stdout } = await place.reprise('lineage', file);
    rmSync(elsewhere, { recursive: true });
    expect(stdout.split('\n')[1]).toMatch(/ read {3}outside\.ipynb cell 0$/);
  });
});
