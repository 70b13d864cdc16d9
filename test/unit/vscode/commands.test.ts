import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../src/replay/documents';
import { commands } from '../../../src/vscode/commands';
import { DEFAULTS, type RunState } from '../../../src/vscode/follow/state';
import { call, FakeEditor } from './fakeEditor';
import { DOCUMENT, judgedState, LIVE, ORIGINAL, REPLAY, stateAfter, verdictText } from './recorded';

const judgement = JSON.parse(verdictText) as Judgement;

function editorWith(run?: RunState): FakeEditor {
  const editor = new FakeEditor();
  editor.found = { ...DEFAULTS, ...(run === undefined ? {} : { run }) };
  return editor;
}

/** A program that runs two cells twice and ends in this verdict. */
function printing(document: object, code = 0): string {
  return `
    event({ n: 1, event: 'started', run: '${REPLAY}' });
    for (const [number, index] of [[1, 1], [2, 4]]) {
      event({ event: 'cell-start', index, number, of: 2 });
      event({ event: 'cell-end', index, status: 'ok', durationMs: 12.6 });
    }
    print(${JSON.stringify(document)});
    process.exitCode = ${code};
  `;
}

const same = { ...judgement, verdict: 'identical', firstDivergence: null, causes: [] };

describe('every command', () => {
  it.each(commands.filter(({ runsCode }) => runsCode).map(({ id }) => id))(
    '%s does nothing in a workspace that is not trusted, and says why',
    async (id) => {
      const editor = editorWith(judgedState());
      editor.isTrusted = false;
      expect(await call(id, editor, 'Manage Workspace Trust')).toEqual([
        'information: This workspace is not trusted, so none of its code is run. Its records and reports can be viewed. [Manage Workspace Trust]',
        'command workbench.trust.manage',
      ]);
    },
  );

  it.each(
    commands
      .map(({ id }) => id)
      .filter(
        (id) =>
          !/connect|installCommand|showLog|showRole|Run(Id|Events)?$|attach|ClusterReport|signingKey/.test(
            id,
          ),
      ),
  )('%s does nothing more without a notebook', async (id) => {
    const editor = editorWith();
    editor.front = undefined;
    expect(await call(id, editor)).toEqual([]);
  });

  it('that fails tells why in one sentence', async () => {
    const editor = editorWith();
    editor.kernels.runAll = () => Promise.reject(new Error('The disk is full.'));
    expect(await call('reprise.runAll', editor, 'Show Log')).toEqual([
      'error: Reprise failed: The disk is full. What was recorded is kept. [Show Log]',
      'log',
    ]);
    expect(editor.lines).toEqual(['error: reprise.runAll: The disk is full.']);
  });
});

describe('commands of the kernel', () => {
  it.each([
    ['reprise.runAll', 'run all file:///study.ipynb'],
    ['reprise.selectInterpreter', 'select interpreter file:///study.ipynb'],
    ['reprise.useKernel', 'use reprise file:///study.ipynb'],
    ['reprise.connectServer', 'connect server'],
    ['reprise.restart', 'restart file:///study.ipynb'],
  ] as const)('%s reaches it', async (id, what) => {
    expect(await call(id, editorWith())).toEqual([what]);
  });

  it('Run and Record All works before the notebook is a file', async () => {
    const editor = editorWith();
    editor.isUntitled = true;
    expect(await call('reprise.runAll', editor)).toEqual(['run all file:///study.ipynb']);
  });

  it('Restart Kernel asks before variables are lost', async () => {
    const editor = editorWith();
    editor.live = LIVE;
    const question =
      'Restart the kernel of study.ipynb? Its variables are lost. Outputs and the record stay. [Restart]';
    expect(await call('reprise.restart', editor)).toEqual([question]);
    expect(await call('reprise.restart', editor, 'Restart')).toEqual([
      question,
      question,
      'restart file:///study.ipynb',
    ]);
  });

  it('Show Log shows it', async () => {
    expect(await call('reprise.showLog', editorWith())).toEqual(['log']);
  });
});

describe('Replay Here', () => {
  it('replays the newest run, counts its cells, and leads to the report', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program(printing(same));
    expect(await call('reprise.replayHere', editor, 'Show Report')).toEqual([
      'progress Replaying study.ipynb',
      'information: study.ipynb: Same in 1 of 1 run; 3 outputs, 0 files, 4 of 4 variables compared. [Show Report]',
      `report ${ORIGINAL} in .`,
    ]);
    expect(editor.progress).toEqual([
      ['replaying …', 0],
      ['replaying cell 1 (1 of 2)', 0],
      ['replaying cell 4 (2 of 2)', 0.5],
    ]);
    expect(editor.lines).toEqual([
      `reprise replay ${ORIGINAL}`,
      `run ${REPLAY} started`,
      'cell 1: ok, 13 ms',
      'cell 4: ok, 13 ms',
      'Same in 1 of 1 run; 3 outputs, 0 files, 4 of 4 variables compared.',
    ]);
  });

  it('leads to the first cell that differs, with the cause', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program(printing(judgement, 1));
    const [, shown, went] = await call('reprise.replayHere', editor, 'Go to Cell 4');
    expect(shown).toBe(
      'warning: study.ipynb: Different from cell 4. uuid.uuid4() on line 1 of cell 4 takes its value from the operating system; ' +
        'no seed reaches it. So does one more call in this cell. [Show Report] [Go to Cell 4]',
    );
    expect(went).toBe('reveal cell 4 (a4)');
  });

  it('says what an error that repeats is, and what cannot be told', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program(printing(same, 1));
    expect((await call('reprise.replayHere', editor)).at(-1)).toMatch(
      /^warning: study\.ipynb: Same in 1 of 1 run; .* A cell raised, and raises again in the replay\. \[Show Report\]$/,
    );
    const unverifiable = {
      ...judgement,
      verdict: 'unverifiable',
      firstDivergence: { index: 2, id: 'a2' },
      causes: [],
    };
    editor.program(printing(unverifiable, 4));
    expect((await call('reprise.replayHere', editor)).at(-1)).toBe(
      'warning: study.ipynb: Cannot tell from cell 2. 3 outputs, 0 files, 4 of 4 variables compared. [Show Report] [Go to Cell 2]',
    );
  });

  it.each([
    [2, 'error', 'There is no run of that name.'],
    [3, 'error', 'The environment is not the one of that run: numpy 2.4.6 → 2.5.5. Nothing ran.'],
    [4, 'warning', 'The record cannot be read.'],
    [5, 'error', 'No Python was found.'],
    [130, 'information', 'Cancelled. What was recorded until then is kept.'],
  ])('that ends with exit code %i shows why as %s', async (code, severity, message) => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program(printing({ schema: 'reprise/error/0', reason: 'x', message }, code));
    expect(await call('reprise.replayHere', editor, 'Show Log')).toEqual([
      'progress Replaying study.ipynb',
      `${severity}: study.ipynb: ${message} [Show Log]`,
      'log',
    ]);
  });

  it('that says nothing but on stderr shows that', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program(`console.error('error: unknown option'); process.exitCode = 2;`);
    expect((await call('reprise.replayHere', editor)).at(-1)).toBe(
      'error: study.ipynb: error: unknown option [Show Log]',
    );
    editor.program('process.exitCode = 7;');
    expect((await call('reprise.replayHere', editor)).at(-1)).toBe(
      'error: study.ipynb: It ended with exit code 7 and said nothing. [Show Log]',
    );
  });

  it('can be cancelled', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program(`
      process.on('SIGINT', () => {
        print({ schema: 'reprise/error/0', message: 'Cancelled. What was recorded until then is kept as run X.' });
        process.exit(130);
      });
      setInterval(() => {}, 1000);
      console.error('ready');
    `);
    editor.log.info = (text) => text === 'ready' && editor.cancellation.abort();
    expect((await call('reprise.replayHere', editor)).at(-1)).toBe(
      'information: study.ipynb: Cancelled. What was recorded until then is kept as run X. [Show Log]',
    );
  });

  it('runs with the Python of the live kernel, else with that of the setting, within its time', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.program('console.error(process.argv.slice(2, -4).join(" "), process.env.REPRISE_START_SECONDS)');
    editor.values['reprise.python'] = '/opt/python';
    editor.timeout = 90;
    await call('reprise.replayHere', editor);
    editor.python = '/live/python';
    await call('reprise.replayHere', editor);
    expect(editor.lines.filter((line) => line.endsWith('90'))).toEqual([
      `replay ${ORIGINAL} --python /opt/python 90`,
      `replay ${ORIGINAL} --python /live/python 90`,
    ]);
  });

  it('says when the notebook was edited since', async () => {
    const editor = editorWith(stateAfter('original', ORIGINAL));
    editor.found = { ...editor.found!, document: DOCUMENT.slice(1) };
    editor.program(printing(same));
    expect((await call('reprise.replayHere', editor)).at(-1)).toContain(
      'compared. The notebook was edited since that run. [Show Report]',
    );
  });

  it('offers to run a notebook that has no run yet', async () => {
    expect(await call('reprise.replayHere', editorWith(), 'Run and Record All')).toEqual([
      'information: study.ipynb has no recorded run yet. [Run and Record All]',
      'command reprise.runAll',
    ]);
  });

  const whole = stateAfter('original', ORIGINAL);
  it.each([
    [
      { ...whole, status: 'died', died: { index: 3 } },
      'the last run cannot be replayed (kernel died in cell 3).',
    ],
    [{ ...whole, status: 'cancelled' }, 'the last run was cancelled, so there is no whole result to replay.'],
    [{ ...whole, status: 'incomplete' }, 'the last run was ended before it was whole.'],
  ] as [RunState, string][])('offers another run where the last is not whole', async (run, why) => {
    expect(await call('reprise.replayHere', editorWith(run))).toEqual([
      `information: study.ipynb: ${why} Its record is kept; run the notebook again. [Run and Record All]`,
    ]);
  });

  it('replays a live run between its cells, not while one runs', async () => {
    const editor = editorWith({ ...stateAfter('live', LIVE, 4), status: 'running' });
    editor.live = LIVE;
    editor.busy = true;
    expect(await call('reprise.replayHere', editor, 'Interrupt')).toEqual([
      'information: Cells of study.ipynb are still running. Replay when they have ended. [Interrupt]',
      'interrupt file:///study.ipynb',
    ]);
    editor.busy = false;
    editor.program(printing({ ...same, original: LIVE }));
    expect((await call('reprise.replayHere', editor)).at(-1)).toContain('Same in 1 of 1 run');
    expect(editor.lines[0]).toBe(`reprise replay ${LIVE}`);
  });

  it('waits for a headless run that is going on elsewhere', async () => {
    const editor = editorWith({ ...stateAfter('original', ORIGINAL, 3), status: 'running' });
    expect(await call('reprise.replayHere', editor, 'Open Record')).toEqual([
      'information: A run of study.ipynb is still going on in another window or terminal. Replay when it has ended. [Open Record]',
      `record ${ORIGINAL} in .`,
    ]);
  });
});

describe('Verify', () => {
  it('runs and replays the saved notebook, and counts over both', async () => {
    const editor = editorWith();
    const cells = (first: number) => `
      event({ event: 'started', run: 'r' });
      for (const number of [1, 2]) event({ event: 'cell-start', index: ${first} + number, number, of: 2 });`;
    editor.program(`${cells(0)}${cells(0)} print(${JSON.stringify(same)});`);
    expect(await call('reprise.verify', editor)).toEqual([
      'progress Verifying study.ipynb',
      'information: study.ipynb: Same in 1 of 1 run; 3 outputs, 0 files, 4 of 4 variables compared. [Show Report]',
    ]);
    expect(editor.progress).toEqual([
      ['running …', 0],
      ['running cell 1 (1 of 2)', 0],
      ['running cell 2 (2 of 2)', 0.25],
      ['replaying …', 0.5],
      ['replaying cell 1 (1 of 2)', 0.5],
      ['replaying cell 2 (2 of 2)', 0.75],
    ]);
    expect(editor.lines[0]).toBe(`reprise verify ${editor.front!.path}`);
  });
});

describe('Seal Result', () => {
  const sealed = {
    schema: 'reprise/seal/0',
    cells: 2,
    covered: { outputs: 3, files: 0, variables: { compared: 4, uncompared: 0 }, runs: 1 },
  };
  it.each([
    [
      'ab',
      'information: study.ipynb: Sealed: 2 cells; 3 outputs, 0 files, 4 of 4 variables compared. Commit the .repro.json beside the notebook. [Show Log]',
    ],
    [
      'unpinned',
      'warning: study.ipynb: Sealed: 2 cells; 3 outputs, 0 files, 4 of 4 variables compared. Commit the .repro.json beside the notebook. It is not pinned, so nothing says which environment gave it. [Show Log]',
    ],
  ])('says what to commit, and whether it was pinned (%s)', async (pin, told) => {
    const editor = editorWith();
    editor.program(printing({ ...sealed, pin }));
    expect(await call('reprise.seal', editor)).toEqual(['progress Sealing study.ipynb', told]);
    expect(editor.lines[0]).toBe(`reprise seal ${editor.front!.path}`);
  });

  it('shows the verdict where it is not good, and seals nothing', async () => {
    const editor = editorWith();
    editor.program(printing(judgement, 1));
    const [, told] = await call('reprise.seal', editor);
    expect(told).toMatch(/^warning: study\.ipynb: Different from cell/);
  });
});

describe('Show Report and Open Record', () => {
  it.each([
    ['reprise.showReport', `report ${ORIGINAL} in .`],
    ['reprise.openRecord', `record ${ORIGINAL} in .`],
  ] as const)('%s shows the newest run', async (id, what) => {
    expect(await call(id, editorWith(judgedState()))).toEqual([what]);
  });
});

describe('Show Randomness', () => {
  it('lists the sources, worst first, and leads to the line', async () => {
    const editor = editorWith(judgedState());
    expect(await call('reprise.showRandomness', editor, 'numpy.default_rng')).toEqual([
      [
        'Randomness in the last run of study.ipynb',
        '– no seed reached',
        'uuid4 | cell 4, line 1, 1 draw',
        'uuid4 | cell 4, line 2, 1 draw',
        '– repeatable because Reprise seeded it',
        'numpy.default_rng | cell 2, line 1, 1 draw',
        '– seeded by the notebook',
        'python.random | cell 3, line 2, 1 draw',
        '– Reprise',
        'Replay Again',
        'Show Report',
        'Select Policy…',
        'Set Seed…',
      ].join('\n'),
      'reveal cell 2 (a2), line 1',
    ]);
  });

  it('says that there was none, and still leads on', async () => {
    const editor = editorWith({ ...stateAfter('original', ORIGINAL), cells: new Map() });
    const [list, went] = await call('reprise.showRandomness', editor, 'Replay Here');
    expect(list).toMatch(/^study\.ipynb used no randomness in its last run\n– Reprise\n/);
    expect(went).toBe('command reprise.replayHere');
  });
});

describe('Show Randomness, with findings of lint', () => {
  const found = {
    text: 'rng = np.random.default_rng()',
    message: '`np.random.default_rng()` makes a generator without a seed.',
    at: { index: 3, id: 'a3', line: 2 },
  };

  it('lists them where nothing has run, and leads to the line', async () => {
    const editor = editorWith();
    editor.findings = [found];
    expect(await call('reprise.showRandomness', editor, found.text)).toEqual([
      [
        'What may differ in study.ipynb',
        '– found by reading, without a run',
        'rng = np.random.default_rng() | cell 3, line 2',
        '– Reprise',
        'Run and Record All',
        'Select Policy…',
        'Set Seed…',
      ].join('\n'),
      'reveal cell 3 (a3), line 2',
    ]);
  });

  it('lists them below what a run drew', async () => {
    const editor = editorWith(judgedState());
    editor.findings = [found];
    const [list] = await call('reprise.showRandomness', editor);
    expect(list!.split('\n').filter((line) => line.startsWith('–'))).toEqual([
      '– no seed reached',
      '– repeatable because Reprise seeded it',
      '– seeded by the notebook',
      '– found by reading, without a run',
      '– Reprise',
    ]);
  });

  it('lists those of a script by their lines alone', async () => {
    const editor = editorWith();
    editor.front = undefined;
    editor.frontScript = { uri: 'file:///train.py', name: 'train.py' };
    editor.findings = [found];
    expect(await call('reprise.showRandomness', editor)).toEqual([
      [
        'What may differ in train.py',
        '– found by reading, without a run',
        'rng = np.random.default_rng() | line 2',
      ].join('\n'),
    ]);
  });

  it('offers a run where there is nothing to list', async () => {
    expect(await call('reprise.showRandomness', editorWith())).toEqual([
      'information: study.ipynb has no recorded run yet. [Run and Record All]',
    ]);
  });
});

describe('Fix All Unseeded Randomness in Notebook', () => {
  it('fixes in silence, because the edits are seen', async () => {
    const editor = editorWith();
    editor.fixable = true;
    expect(await call('reprise.fixAll', editor)).toEqual(['fix all file:///study.ipynb']);
  });

  it('says where nothing is left, or nothing can be fixed', async () => {
    const editor = editorWith();
    expect((await call('reprise.fixAll', editor)).at(-1)).toMatch(
      /study\.ipynb has no unseeded randomness\./,
    );
    editor.findings = [{ text: 'uuid4()', message: 'differs', at: { index: 1, line: 1 } }];
    expect((await call('reprise.fixAll', editor, 'Show Randomness')).slice(-2)).toEqual([
      'information: Nothing in study.ipynb can be fixed without a change of what it does. [Show Randomness]',
      'command reprise.showRandomness',
    ]);
  });
});

describe('Declare Cell Volatile', () => {
  it.each([
    ['print(1)', 'insert before line 0 of cell 1: # reprise: volatile it is a live price\n'],
    ['%%time\nprint(1)', 'insert before line 1 of cell 1: # reprise: volatile it is a live price\n'],
    ['%%time', 'insert before line 1 of cell 1: \n# reprise: volatile it is a live price'],
  ])('writes the reason into %j', async (source, inserted) => {
    const editor = editorWith();
    editor.source = source;
    expect(await call('reprise.declareVolatile', editor, '', ' it is a live price ')).toEqual([
      'Declare Cell 1 Volatile: ',
      'A reader of the verdict needs the reason.',
      inserted,
    ]);
  });

  it('writes it as a comment of the language', async () => {
    const editor = editorWith();
    editor.comment = '//';
    expect((await call('reprise.declareVolatile', editor, 'a price')).at(-1)).toBe(
      'insert before line 0 of cell 1: // reprise: volatile a price\n',
    );
  });

  it('writes nothing without a reason', async () => {
    expect(await call('reprise.declareVolatile', editorWith())).toEqual(['Declare Cell 1 Volatile: ']);
  });
});

describe('Select Policy and Set Seed', () => {
  const sidecarOf = (editor: FakeEditor) => path.join(editor.folder, 'study.repro.json');
  const settingsIn = (editor: FakeEditor) =>
    (JSON.parse(readFileSync(sidecarOf(editor), 'utf8')) as { settings: object }).settings;

  it('write into the sidecar, and say nothing where nothing lives', async () => {
    const editor = editorWith();
    expect(await call('reprise.selectPolicy', editor, 'full')).toEqual([
      'Policy of study.ipynb\nfull\nclose | now\nobserve',
    ]);
    await call('reprise.setSeed', editor, 'Fixed integer…', '7');
    expect(settingsIn(editor)).toEqual({ policy: 'full', seed: 7 });
    await call('reprise.setSeed', editor, 'Fresh');
    expect(settingsIn(editor)).toEqual({ policy: 'full', seed: 'fresh' });
  });

  it('take no seed that Python would not have', async () => {
    const editor = editorWith();
    const typed = ['', 'seven', '1.5', '99999999999999999999', ' -12 '];
    expect(await call('reprise.setSeed', editor, 'Fixed integer…', ...typed)).toEqual([
      'Seed of study.ipynb\nFresh | now\nFixed integer…',
      'Seed of study.ipynb: ',
      'Type an integer, such as 7.',
      '"seven" is no integer. Type one, such as 7.',
      '"1.5" is no integer. Type one, such as 7.',
      'The integer must lie between -9007199254740991 and 9007199254740991.',
    ]);
    expect(settingsIn(editor)).toEqual({ policy: 'close', seed: -12 });
    await call('reprise.setSeed', editor, 'Fixed integer…', '-0');
    expect(readFileSync(sidecarOf(editor), 'utf8')).toContain('"seed": 0,');
  });

  it.each([['reprise.selectPolicy'], ['reprise.setSeed', 'Fixed integer…']] as const)(
    '%s writes nothing when it is left',
    async (id, ...answers) => {
      const editor = editorWith();
      await call(id, editor, ...answers);
      expect(() => readFileSync(sidecarOf(editor))).toThrow(/ENOENT/);
    },
  );

  it('say that a live kernel keeps what it was started with', async () => {
    const editor = editorWith();
    editor.live = LIVE;
    expect((await call('reprise.selectPolicy', editor, 'observe', 'Restart Kernel')).slice(1)).toEqual([
      'information: study.ipynb has policy observe from its next kernel on. Restart it to begin now; its variables are lost. [Restart Kernel]',
      'restart file:///study.ipynb',
    ]);
    await call('reprise.setSeed', editor, 'Fixed integer…', '7');
    expect(editor.done.at(-1)).toContain('study.ipynb has seed 7 from its next kernel on.');
  });

  it('say that the kernel of another front end has to be installed again', async () => {
    const editor = editorWith({ ...stateAfter('live', LIVE, 3), status: 'running' });
    expect((await call('reprise.selectPolicy', editor, 'full', 'Install Kernelspec')).slice(1)).toEqual([
      'information: study.ipynb has policy full. Its installed kernel keeps what it was installed with until it is installed again. [Install Kernelspec]',
      'command reprise.installKernelspec',
    ]);
  });

  it('leave a broken sidecar as it is, and open it', async () => {
    const editor = editorWith();
    writeFileSync(sidecarOf(editor), '{"schema":"reprise/notebook/1","settings":{"policy":"strict"}}');
    expect(await call('reprise.selectPolicy', editor, 'Open')).toEqual([
      'error: study.ipynb: In the sidecar, settings.policy must be "full", "close" or "observe"; it is "strict". It was left as it is; correct it, then choose again. [Open]',
      'open ./study.repro.json',
    ]);
    expect(readFileSync(sidecarOf(editor), 'utf8')).toContain('"strict"');
  });

  it('say when the folder cannot be written', async () => {
    const editor = editorWith();
    editor.sidecars.change = () => {
      throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    };
    expect((await call('reprise.selectPolicy', editor, 'full')).at(-1)).toBe(
      "error: study.ipynb: The settings could not be written (EACCES). Make the notebook's folder writable. [Show Log]",
    );
  });
});

describe('Install Kernelspec', () => {
  it('installs it for the notebook and offers to choose it', async () => {
    const editor = editorWith();
    editor.python = '/live/python';
    editor.program(`print({ schema: 'reprise/kernel/0', spec: { display_name: 'Reprise (study)' } });`);
    expect(await call('reprise.installKernelspec', editor, 'Select Kernel')).toEqual([
      'information: Installed as "Reprise (study)" for every Jupyter front end. Choose it as the kernel of study.ipynb; each of its runs is recorded. [Select Kernel]',
      'command notebook.selectKernel',
    ]);
    expect(editor.lines).toEqual([`reprise kernel ${editor.front!.path} --install --python /live/python`]);
  });

  it('says why it could not', async () => {
    const editor = editorWith();
    editor.program(
      `print({ schema: 'reprise/error/0', message: 'No Python was found.' }); process.exitCode = 5;`,
    );
    expect(await call('reprise.installKernelspec', editor, 'Show Log')).toEqual([
      'error: study.ipynb: No Python was found. [Show Log]',
      'log',
    ]);
  });
});

describe("Install 'reprise' Command in PATH", () => {
  it('installs it and says what to type', async () => {
    const editor = editorWith();
    editor.installation.path = `/usr/bin:${editor.home}/.local/bin`;
    expect(await call('reprise.installCommand', editor, 'Open Terminal')).toEqual([
      'information: Installed as ~/.local/bin/reprise. Try it in a terminal: reprise --help [Open Terminal]',
      'command workbench.action.terminal.new',
    ]);
  });

  it('says what to do when its folder is not on the PATH', async () => {
    const line = 'export PATH="$HOME/.local/bin:$PATH"';
    expect(await call('reprise.installCommand', editorWith(), 'Copy Line')).toEqual([
      `warning: Installed as ~/.local/bin/reprise, but that folder is not on your PATH. Add this line to your shell's start-up file: ${line} [Copy Line]`,
      `copied ${line}`,
    ]);
  });

  it('leaves a program that is not ours, and says where the command is', async () => {
    const editor = editorWith();
    const target = path.join(editor.home, '.local', 'bin', 'reprise');
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, 'theirs');
    const [shown, copied] = await call('reprise.installCommand', editor, 'Copy Path');
    expect(shown).toMatch(
      /^warning: There is another program at ~\/\.local\/bin\/reprise, which was left as it is\./,
    );
    expect(copied).toBe('copied ~/extensions/reprise.reprise-0.1.0/bin/reprise');
    expect(readFileSync(target, 'utf8')).toBe('theirs');
  });

  it('says why it could not be written', async () => {
    const editor = editorWith();
    writeFileSync(path.join(editor.home, '.local'), '');
    expect(await call('reprise.installCommand', editor)).toEqual([
      'error: The command could not be written to ~/.local/bin (ENOTDIR). Make that folder writable, or link ~/.local/bin/reprise yourself. [Show Log]',
    ]);
  });

  it('does not pretend on Windows', async () => {
    const editor = editorWith();
    editor.installation.platform = 'win32';
    expect(await call('reprise.installCommand', editor)).toEqual([
      'information: The terminal command is not installed on Windows by this version. In WSL it is. [Show Log]',
    ]);
  });
});
