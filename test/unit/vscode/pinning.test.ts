/** Pinning and restoring as the user sees them: what is asked, what is told, and what is left. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PinState } from '../../../src/vscode/follow/pin';
import { DEFAULTS } from '../../../src/vscode/follow/state';
import { call, FakeEditor } from './fakeEditor';

const pinned: PinState = {
  lock: 'pylock.study.toml',
  python: '3.11.7',
  packages: new Map([['six', '1.17.0']]),
  isBuilt: false,
};
const document = {
  schema: 'reprise/pin/0',
  pin: { lock: 'pylock.study.toml', sha256: 'a', python: '3.11.7' },
  packages: 23,
  notices: [],
};
/** Prints what it was called with, as the command line does its steps. */
const echo = `event({ event: 'step', what: process.argv.slice(2).join(' ') });`;

function notebookText(cells: string[]): string {
  const shown = cells.map((source) => ({
    cell_type: 'code',
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: shown });
}

function editorWith(files: Record<string, string>, cells: string[] = ['1']): FakeEditor {
  const editor = new FakeEditor();
  for (const [name, text] of Object.entries({ 'study.ipynb': notebookText(cells), ...files })) {
    writeFileSync(path.join(editor.folder, name), text);
  }
  return editor;
}

describe('Pin Environment', () => {
  it('offers what is installed, and the files that say what is needed, those that there are', async () => {
    const block = '# /// script\n# dependencies = ["six"]\n# ///';
    const toml = '[project]\nname = "a"\ndependencies = ["six"]\n';
    const all = editorWith({ 'requirements.txt': 'six\n', 'pyproject.toml': toml }, [block]);
    expect(await call('reprise.pin', all)).toEqual([
      [
        'Pin the environment of study.ipynb from',
        'What is installed | in /usr/bin/python3',
        'requirements.txt',
        'pyproject.toml',
        'The block in the notebook | # /// script',
      ].join('\n'),
    ]);
    // A file of tools alone, and one that is no TOML, say nothing of what is needed.
    const none = editorWith({ 'pyproject.toml': '[tool.ruff]\n' });
    expect(await call('reprise.pin', none)).toEqual([
      'Pin the environment of study.ipynb from\nWhat is installed | in /usr/bin/python3',
    ]);
  });

  it('shows each step, and says what to commit', async () => {
    const editor = editorWith({ 'requirements.txt': 'six\n' });
    editor.program(`${echo} print(${JSON.stringify(document)})`);
    const [, title, told] = await call('reprise.pin', editor, 'requirements.txt', 'Open Lock');
    expect(title).toBe('progress Pinning study.ipynb');
    expect(told).toBe(
      'information: study.ipynb is pinned to pylock.study.toml (23 packages, Python 3.11.7). ' +
        'Commit pylock.study.toml and study.repro.json. [Open Lock]',
    );
    expect(editor.done.at(-1)).toBe('open ./pylock.study.toml');
    const [[step]] = editor.progress as [[string, undefined]];
    expect(step.replaceAll(editor.folder, '.')).toBe(
      'pin ./study.ipynb --python /usr/bin/python3 --from ./requirements.txt --format json --progress ndjson …',
    );
  });

  it('says why nothing was pinned', async () => {
    const editor = editorWith({});
    const why = 'Some packages come from no index: mine. Nothing was pinned.';
    editor.program(
      `print(${JSON.stringify({ schema: 'reprise/error/0', message: why })}); process.exitCode = 2;`,
    );
    const done = await call('reprise.pin', editor, 'What is installed', 'Show Log');
    expect(done.slice(2)).toEqual([`error: study.ipynb: ${why} [Show Log]`, 'log']);
  });

  it('says nothing more when it is cancelled', async () => {
    const editor = editorWith({});
    editor.program('setInterval(() => {}, 1000)');
    editor.cancellation.abort();
    expect(await call('reprise.pin', editor, 'What is installed')).toHaveLength(2);
  });
});

describe('Restore Environment', () => {
  it('builds what the notebook is pinned to', async () => {
    const editor = editorWith({});
    editor.state = { ...DEFAULTS, pin: pinned };
    editor.program(`${echo} print({ schema: 'reprise/restore/0', lock: 'pylock.study.toml', built: true })`);
    expect(await call('reprise.restore', editor)).toEqual([
      'progress Restoring the environment of study.ipynb',
      'information: The environment was built from pylock.study.toml. study.ipynb runs in it from its next kernel on. []',
    ]);
    expect(editor.progress[0]![0]).toMatch(/^restore .*study\.ipynb /);
  });

  it('offers to pin a notebook that has no pin', async () => {
    expect(await call('reprise.restore', editorWith({}), 'Pin Environment…')).toEqual([
      'information: study.ipynb has no pin to restore. [Pin Environment…]',
      'command reprise.pin',
    ]);
  });
});

describe('a pinned notebook', () => {
  it.each([
    [undefined, ''],
    ['/mine/bin/python', ' --python /mine/bin/python'],
  ])('is verified in its pin, unless another Python was picked for it: %s', async (picked, given) => {
    const editor = editorWith({});
    editor.state = { ...DEFAULTS, pin: pinned };
    editor.python = '/cache/envs/a/bin/python';
    editor.picked = picked;
    await call('reprise.verify', editor);
    expect(editor.lines[0]!.replace(editor.folder, '.')).toBe(`reprise verify ./study.ipynb${given}`);
  });
});

describe('Show Environment', () => {
  it('shows the packages, and offers what can be done with them', async () => {
    const editor = editorWith({});
    editor.state = { ...DEFAULTS, pin: pinned };
    const [shown] = await call('reprise.showEnvironment', editor);
    expect(shown).toMatch(/^Environment of study\.ipynb\n/);
    expect(shown).toContain(
      '[Compare With…](reprise.compareEnvironments) [Pin Again…](reprise.pin) [Restore](reprise.restore)',
    );
    expect(shown).toContain('| six     | 1.17.0 |');
  });
});

describe('Compare Environments', () => {
  it('shows what two pins have otherwise', async () => {
    const lock = (version: string) =>
      `lock-version = "1.0"\ncreated-by = "reprise"\n[[packages]]\nname = "numpy"\nversion = "${version}"\n` +
      `wheels = [{ url = "https://files.example/numpy-${version}-py3-none-any.whl", hashes = { sha256 = "${'a'.repeat(64)}" } }]\n`;
    const sidecar = (name: string, text: string, python: string) =>
      JSON.stringify({
        schema: 'reprise/notebook/1',
        pin: { lock: name, sha256: createHash('sha256').update(text).digest('hex'), python },
      });
    const editor = editorWith({
      'pylock.other.toml': lock('2.3.0'),
      'other.repro.json': sidecar('pylock.other.toml', lock('2.3.0'), '3.12.1'),
      'broken.repro.json': '{',
    });
    editor.state = { ...DEFAULTS, pin: { ...pinned, packages: new Map([['numpy', '2.2.0']]) } };
    const done = await call(
      'reprise.compareEnvironments',
      editor,
      'Pin of study.ipynb',
      'Pin of other.ipynb',
    );
    expect(done[0]).toBe(
      [
        'Compare this environment',
        'Pin of study.ipynb | pylock.study.toml, Python 3.11.7, 1 package, not restored on this machine yet',
        'Pin of other.ipynb | pylock.other.toml, Python 3.12.1, 1 package, not restored on this machine yet',
      ].join('\n'),
    );
    expect(done[2]).toContain('2 differences that can change a result, 0 that cannot.');
    expect(done[2]).toContain('| numpy  | 2.2.0  | 2.3.0  | streams, numbers, order |');
    expect(done[2]).toContain('| python | 3.11.7 | 3.12.1 | streams, numbers, order |');
  });

  it('says what is missing where there is nothing to compare', async () => {
    expect(await call('reprise.compareEnvironments', editorWith({}))).toEqual([
      'information: study.ipynb: no environment is known yet. Pin it, or run it, and there is something to compare. [Pin Environment…]',
    ]);
  });
});

describe('Add to Pin', () => {
  const printed = `print(process.argv[2] === 'pin' ? ${JSON.stringify(document)} : { schema: 'reprise/restore/0', lock: 'pylock.study.toml', built: true });`;

  it('locks what a cell wanted, builds it, and asks before variables are lost', async () => {
    const editor = editorWith({});
    editor.state = { ...DEFAULTS, pin: pinned };
    editor.given = ['polars>=1'];
    editor.live = 'run';
    editor.program(`${echo} ${printed}`);
    expect(await call('reprise.addToPin', editor, 'Restart Kernel')).toEqual([
      'progress Adding polars>=1 to the pin of study.ipynb',
      'progress Restoring the environment of study.ipynb',
      'information: polars>=1 is in the pin of study.ipynb now (23 packages). Commit pylock.study.toml and study.repro.json. ' +
        'Restart the kernel to use it; its variables are lost. [Restart Kernel]',
      'restart file:///study.ipynb',
    ]);
    expect(editor.progress[0]![0]).toMatch(/^pin \S+ --add polars>=1 /);
  });

  it('asks which packages, and takes nothing else', async () => {
    const editor = editorWith({});
    editor.state = { ...DEFAULTS, pin: pinned };
    editor.program(`${echo} ${printed}`);
    await call('reprise.addToPin', editor, '--index-url x', '"polars>=1.2", requests');
    expect(editor.done.slice(0, 2)).toEqual([
      'Add to the pin of study.ipynb: ',
      'Type the names of packages.',
    ]);
    expect(editor.progress[0]![0]).toMatch(/ --add polars>=1\.2 requests /);
  });

  it('stops where nothing can be locked', async () => {
    const editor = editorWith({});
    editor.state = { ...DEFAULTS, pin: pinned };
    editor.given = ['no-such'];
    editor.program(
      `print({ schema: 'reprise/error/0', message: 'There is no no-such.' }); process.exitCode = 2;`,
    );
    expect(await call('reprise.addToPin', editor)).toEqual([
      'progress Adding no-such to the pin of study.ipynb',
      'error: study.ipynb: There is no no-such. [Show Log]',
    ]);
  });
});
