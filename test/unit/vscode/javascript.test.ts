/** What is said of a notebook in JavaScript where a Python one is asked for, or told of, something else. */
import { describe, expect, it } from 'vitest';
import { environmentText } from '../../../src/vscode/environments/text';
import { type PinState, pinDriftOf, pinWords } from '../../../src/vscode/follow/pin';
import { DEFAULTS } from '../../../src/vscode/follow/state';
import { hoverOf } from '../../../src/vscode/status/hover';
import { call, FakeEditor } from './fakeEditor';
import { judgedState } from './recorded';

const javascript = {
  kernel: 'tslab',
  version: '1.0.22',
  engine: { node: '20.20.2', v8: '11.3.244.8' },
  tensorflow: {},
} as const;
const pin: PinState = {
  lock: 'package-lock.json',
  python: '3.12.1',
  javascript,
  // A name that a package of Python has too, in another version.
  packages: new Map([['numpy', '0.0.1']]),
  isBuilt: true,
};
const judged = judgedState();
const run = {
  ...judged,
  header: {
    ...judged.header!,
    javascript: { language: 'javascript', kernel: 'tslab', version: '1.0.22', sha256: '0'.repeat(64) },
  },
} as const;

function editorWith(program?: string): FakeEditor {
  const editor = new FakeEditor();
  editor.front = { ...editor.front!, javascript: 'javascript' };
  if (program !== undefined) editor.program(program);
  return editor;
}

it('it is pinned without a question, to what its kernel runs in', async () => {
  const made = { lock: '../package-lock.json', sha256: 'a', python: '3.11.7', javascript };
  const document = { schema: 'reprise/pin/0', pin: made, packages: 46, notices: [] };
  expect(await call('reprise.pin', editorWith(`print(${JSON.stringify(document)})`))).toEqual([
    'progress Pinning study.ipynb',
    'information: study.ipynb is pinned to ../package-lock.json (46 packages, tslab 1.0.22, node 20.20.2, v8 11.3.244.8). ' +
      'Commit study.repro.json. [Open Lock]',
  ]);
});

it.each([
  [
    'reprise.runStale',
    /^information: Which cells of study\.ipynb are stale is not observed: .*variables\. \[Run and Record All\]$/,
  ],
  ['reprise.runUpstream', /is not observed/],
  ['reprise.addToPin', /^information: .*package\.json.*npm install --ignore-scripts NAME.* \[Pin Again\]$/],
  ['reprise.compareEnvironments', /^information: .*reprise status study\.ipynb \[\]$/],
] as const)('%s says what is not possible, and why', async (command, said) => {
  const done = await call(command, editorWith());
  expect(done).toEqual([expect.stringMatching(said)]);
});

describe('its pin', () => {
  it('is named with kernel and engine', () => {
    expect(pinWords(pin)).toBe(
      'package-lock.json, tslab 1.0.22, node 20.20.2, v8 11.3.244.8, 1 package, installed',
    );
  });

  it('is not held against the Python that the agent runs on', () => {
    expect(pinDriftOf({ ...DEFAULTS, pin, run })).toEqual([]);
    const { javascript: _, ...ofPython } = pin;
    expect(pinDriftOf({ ...DEFAULTS, pin: ofPython, run }).map(({ what }) => what)).toEqual([
      'python',
      'numpy',
    ]);
  });
});

it('the hover and its environment name the kernel that ran it', () => {
  const text = hoverOf(
    { ...DEFAULTS, run },
    { name: 'a.ipynb', python: '/p', isLive: true, javascript: true },
  );
  const plain = text.replaceAll('\\', '');
  expect(plain).toContain('- Environment: tslab 1.0.22, not pinned\n');
  expect(plain).toContain('- Stale cells: not observed: JavaScript kernels');
  expect(plain).toContain('- Recorded by the agent on: [/p](command:reprise.selectInterpreter)');
  const environment = environmentText({ name: 'a.ipynb', header: run.header });
  expect(environment).toContain(`Newest run: ${run.run}, tslab 1.0.22, without a pin.`);
  expect(environment).toMatch(/^\| python of the agent +\|/m);
  expect(environment).not.toContain('| numpy');
});
