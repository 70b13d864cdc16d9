/** `--report FILE` of notebooks that are really run: one file, whole by itself, whatever was printed. */
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { notebookText, Workplace } from './support';

const HOSTILE = String.raw`</script><script>window.hurt = 1</script><img src=x onerror=alert(1)>`;

const CELLS = [
  'import os\nnoise = os.urandom(8).hex()',
  `print(noise + ${JSON.stringify(HOSTILE)} + "\\u202e\\x1b[2J")`,
  'class Html:\n    def _repr_html_(self):\n' +
    `        return ${JSON.stringify(HOSTILE)} + "<p onclick=alert(1)>" + noise + "</p>"\n` +
    '    def __repr__(self):\n        return noise\nHtml()',
  'print(noise)\nfor _ in range(50):\n    print("x" * (1 << 20))',
];

const workplace = new Workplace();

beforeAll(() => {
  workplace.write('study.ipynb', notebookText(CELLS));
});

afterAll(() => workplace.remove());

describe('a report as a file', () => {
  it('is written beside the verdict by verify, small whatever was printed, and holds its essentials as text', async () => {
    const ended = await workplace.execute('verify', 'study.ipynb', '--report', 'out/report.html');
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stdout + ended.stderr).toContain('Report: out/report.html');
    const html = workplace.read('out/report.html');
    expect(statSync(workplace.path('out/report.html')).size).toBeLessThan(2 << 20);
    expect(html).toMatch(
      /http-equiv="Content-Security-Policy" content="default-src 'none'; [^"]*script-src 'nonce-[0-9a-f]{32}'/,
    );
    expect(html).toContain('<h1>Different from cell 0</h1>');
    expect(html).toContain('&lt;script&gt;window.hurt = 1');
    expect(html).toMatch(/characters left out, sha256 of all \d{8}/);
    expect(html).not.toContain('<script>window.hurt');
    expect(html).not.toContain('\u202e');
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
  });

  it('is written by compare, explain and replay too', async () => {
    const [replay, original] = workplace.store.runIds();
    const compared = await workplace.reprise(
      'compare',
      original!,
      replay!,
      '--format',
      'json',
      '--report',
      'a.html',
    );
    const { firstDivergence } = JSON.parse(compared.stdout) as Judgement;
    expect(firstDivergence?.index).toBe(0);
    await workplace.reprise('explain', replay!, '--report', 'b.html');
    await workplace.execute('replay', original!, '--report', 'c.html');
    for (const name of ['a.html', 'b.html', 'c.html'])
      expect(workplace.read(name)).toContain('<h1>Different from cell 0</h1>');
  });

  it('is of one notebook, and a file that cannot be written is said', async () => {
    const two = await workplace.execute('verify', 'study.ipynb', 'study.ipynb', '--report', 'x.html');
    expect(two).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--report is of one notebook') as string,
    });
    const [replay] = workplace.store.runIds();
    const bad = await workplace.reprise('explain', replay!, '--report', 'study.ipynb/x.html');
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('could not be written') as string });
  });
});
