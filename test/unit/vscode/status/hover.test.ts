import { describe, expect, it } from 'vitest';
import { cellDigest } from '../../../../src/notebook/digest';
import { DEFAULTS, type NotebookState } from '../../../../src/vscode/follow/state';
import { HOVER_COMMANDS, hoverOf } from '../../../../src/vscode/status/hover';
import { DOCUMENT, judgedState, ORIGINAL, stateAfter, SEAL } from '../recorded';

const around = { name: 'study.ipynb', isLive: false };

/** What is read, without the backslashes of Markdown. */
function hover(state: Partial<NotebookState>, more = {}): string {
  return hoverOf({ ...DEFAULTS, ...state }, { ...around, ...more }).replace(/\\(?=[^\w\s])/g, '');
}

describe('the hover', () => {
  it('before any run says what comes next', () => {
    expect(hover({ policy: 'full', seed: 7 })).toBe(
      [
        '**Reprise** study.ipynb\n',
        '- Run: nothing is recorded yet',
        '- Next run: [full, seed 7](command:reprise.selectPolicy)',
        '- Kernel: Reprise, not started\n',
        '[Run and Record All](command:reprise.runAll) · [Set Seed](command:reprise.setSeed)',
      ].join('\n'),
    );
  });

  it('has all that is known of the run', () => {
    const text = hover({ run: judgedState() }, { python: '~/env/bin/python', isLive: true });
    expect(text).toContain('- Verdict: Different from cell 4\n');
    expect(text).toMatch(/- Why: .*uuid\.uuid4\(\).* takes its value from the operating system/);
    expect(text).toContain(`- Run: ${ORIGINAL}, ended, 4 cell executions\n`);
    expect(text).toContain('- Environment: Python 3.11.7, not pinned\n');
    expect(text).toContain(
      '[2 draws no seed reached; 1 draw seeded by Reprise; 1 draw seeded by the notebook]',
    );
    expect(text).toContain('- Kernel: Reprise, live\n');
    expect(text).toContain('- Interpreter: [~/env/bin/python](command:reprise.selectInterpreter)');
    expect(text).toContain(
      '[Replay Here](command:reprise.replayHere) · [Show Report](command:reprise.showReport)',
    );
  });

  it('says what the policies cost, as it was measured last', () => {
    const seconds = { median: 1, min: 1, max: 1, runs: [1] };
    const variant = { recorded: true, seconds, startSeconds: seconds };
    const cost: NotebookState['cost'] = {
      schema: 'reprise/cost/0',
      notebook: 'study.ipynb',
      measuredAt: '2026-01-02T03:04:05.000Z',
      times: 3,
      cores: 2,
      python: '3.11.7',
      variants: [
        { ...variant, name: 'plain', policy: 'observe', ratio: 1, differs: false },
        { ...variant, name: 'close', policy: 'close', ratio: 1.04, differs: false },
        { ...variant, name: 'full', policy: 'full', ratio: 1.314, differs: true },
      ],
    };
    expect(hover({ cost })).toContain(
      '- Cost: close 1.04× (within the noise), full 1.31× of plain; 3 runs each, 2026-01-02\n',
    );
  });

  it('names the pin, whether it is on this machine, and what of the last run differs from it', () => {
    const pin = {
      lock: 'pylock.study.toml',
      python: '3.11.7',
      packages: new Map([['numpy', '1.0.0']]),
      isBuilt: false,
    };
    expect(hover({ pin })).toContain(
      '- Pin: [pylock.study.toml, Python 3.11.7, 1 package, not restored on this machine yet](command:reprise.showEnvironment)\n',
    );
    const text = hover({ pin: { ...pin, isBuilt: true }, run: judgedState() });
    expect(text).toContain('1 package, restored]');
    expect(text).toMatch(/- The last run differs from it: numpy 1\.0\.0 → 2\.\d/);
    expect(hover({ pin: { ...pin, problem: 'The lock is not there.' } })).toContain(
      '- Pin: [The lock is not there.]',
    );
  });

  it('says whether what was sealed is what stands there', () => {
    const cell = { index: 0, id: 'a', source: cellDigest('1'), outputs: 1 };
    const seal = {
      ...SEAL,
      cells: [cell, { ...cell, index: 1, id: 'b', source: cellDigest('2') }],
    };
    const document = (...sources: string[]) =>
      sources.map((source, i) => ({ id: 'abc'[i]!, source: cellDigest(source) }));
    expect(hover({ seal, document: document('1', '2', '') })).toContain(
      '- Seal: [sealed: 3 outputs, 0 files, 4 of 4 variables compared; unpinned](command:reprise.seal)\n',
    );
    expect(hover({ seal, document: document('1', '3') })).toContain(
      '- Seal: [sealed, but changed since: 1 cell differs](command:reprise.seal)\n',
    );
    expect(hover({ seal: { ...seal, pin: 'ab' } })).toContain('4 variables compared](command:reprise.seal)');
  });

  it('says when the verdict is about something earlier, and when there is none', () => {
    expect(hover({ run: judgedState(), document: DOCUMENT.slice(1) })).toContain(
      'Verdict: Different from cell 4, before the notebook was edited',
    );
    const outdated = { ...judgedState(), lastCell: 'later', lastLine: 'later' };
    expect(hover({ run: outdated })).toContain('Verdict: Different from cell 4, before the last cells ran');
    expect(hover({ run: stateAfter('original', ORIGINAL) })).toContain('Verdict: not replayed yet');
  });

  it('says why the settings cannot be read', () => {
    expect(hover({ problem: 'The sidecar is not valid JSON.' })).toContain(
      '- Settings: The sidecar is not valid JSON.',
    );
  });

  it('links to nothing but its own commands, whatever a record or a name holds', () => {
    const evil =
      '](command:workbench.action.terminal.new) [x](command:evil) <a href="command:evil">x</a> $(zap) `';
    const run = judgedState();
    const pin = { lock: evil, python: evil, packages: new Map<string, string>(), isBuilt: true };
    const state = {
      ...DEFAULTS,
      problem: evil,
      pin,
      seal: SEAL,
      run: { ...run, verdict: { ...run.verdict!, cause: evil } },
    };
    const text = hoverOf(state, { name: evil, python: evil, isLive: true });
    const links = [...text.matchAll(/(?<!\\)\]\(command:([\w.]+)\)/g)].map(([, id]) => id);
    expect(new Set(links)).toEqual(new Set(HOVER_COMMANDS));
    // Every other bracket is escaped, and so is every tag.
    expect(text.replace(/(?<!\\)\[(\\.|[^\]\\])*\]\(command:[\w.]+\)/g, '')).not.toMatch(/(?<!\\)[[\]<>`$]/);
  });
});
