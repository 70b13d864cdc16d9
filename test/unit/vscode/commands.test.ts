import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLine } from '../../../src/vscode/commandLine';
import { runNotebook } from '../../../src/vscode/commands/runNotebook';
import { verifyNotebook } from '../../../src/vscode/commands/verifyNotebook';
import type { Severity, Workbench } from '../../../src/vscode/workbench';

/** An editor with `study.ipynb` in front, that remembers what the user was shown. */
class FakeWorkbench implements Workbench {
  readonly cancellation = new AbortController();
  readonly shown: { severity: Severity; message: string }[] = [];
  readonly progress: string[] = [];
  text = '';

  constructor(private readonly notebook: { path: string; folder: string; name: string } | undefined) {}

  savedNotebook() {
    return Promise.resolve(this.notebook);
  }

  withProgress<T>(title: string, work: (report: (line: string) => void, signal: AbortSignal) => Promise<T>) {
    this.progress.push(title);
    return work((line) => {
      this.progress.push(line);
      if (line === 'ready to be cancelled') this.cancellation.abort();
    }, this.cancellation.signal);
  }

  write(text: string) {
    this.text += text;
  }

  notify(severity: Severity, message: string) {
    this.shown.push({ severity, message });
  }
}

/** A command line whose program is `script`, and an editor with a notebook in the same folder. */
function editorWith(script: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-editor-'));
  const program = path.join(folder, 'cli.cjs');
  writeFileSync(program, script);
  const notebook = { path: path.join(folder, 'study.ipynb'), folder, name: 'study.ipynb' };
  return { workbench: new FakeWorkbench(notebook), commandLine: new CommandLine(program), notebook };
}

describe('Verify Notebook', () => {
  it('streams what the command prints and ends with its verdict', async () => {
    const { workbench, commandLine, notebook } = editorWith(`
      console.log('  ✓ cell 0');
      console.log('Same in 1 of 1 run; 2 outputs compared');
      console.log('');
      console.log(JSON.stringify(process.argv.slice(2)), process.cwd(), process.env.ELECTRON_RUN_AS_NODE);
    `);
    await verifyNotebook(workbench, commandLine);
    expect(workbench.progress.slice(0, 2)).toEqual(['Verifying study.ipynb', '✓ cell 0']);
    expect(workbench.text).toContain('  ✓ cell 0\nSame in 1 of 1 run; 2 outputs compared\n');
    expect(workbench.text).toContain(`${JSON.stringify(['verify', notebook.path])} ${notebook.folder} 1`);
    expect(workbench.shown).toEqual([
      { severity: 'information', message: 'study.ipynb: Same in 1 of 1 run; 2 outputs compared' },
    ]);
  });

  it.each([
    [1, 'Different from cell 7; 3 outputs compared', 'warning'],
    [4, 'Cannot tell from cell 2; 3 outputs compared', 'warning'],
    [3, 'numpy 2.4.6 is pinned, 2.5.5 is installed.', 'error'],
    [5, 'No Python was found.', 'error'],
  ])('shows exit code %i and "%s" as a %s', async (code, line, severity) => {
    const { workbench, commandLine } = editorWith(
      `console.log(${JSON.stringify(line)}); process.exitCode = ${code};`,
    );
    await verifyNotebook(workbench, commandLine);
    expect(workbench.shown).toEqual([{ severity, message: `study.ipynb: ${line}` }]);
  });

  it('passes the error on when the command says nothing else', async () => {
    const { workbench, commandLine } = editorWith(
      `console.error('It is no notebook.'); process.exitCode = 2;`,
    );
    await verifyNotebook(workbench, commandLine);
    expect(workbench.shown).toEqual([{ severity: 'error', message: 'study.ipynb: It is no notebook.' }]);
  });

  it('does nothing when there is no notebook to verify', async () => {
    const { commandLine } = editorWith('');
    const workbench = new FakeWorkbench(undefined);
    await verifyNotebook(workbench, commandLine);
    expect(workbench.shown).toEqual([]);
    expect(workbench.text).toBe('');
  });
});

describe('Run and Record Notebook', () => {
  it('cancels with an interrupt, so that the command can keep its partial record', async () => {
    const { workbench, commandLine } = editorWith(`
      process.on('SIGINT', () => {
        console.log('Cancelled after 1 cell in 2 s; what was recorded until then is kept.');
        process.exit(130);
      });
      setInterval(() => {}, 1000);
      console.log('ready to be cancelled');
    `);
    await runNotebook(workbench, commandLine);
    expect(workbench.shown).toEqual([
      {
        severity: 'information',
        message: 'study.ipynb: Cancelled after 1 cell in 2 s; what was recorded until then is kept.',
      },
    ]);
  });

  it('says so when the command cannot be started', async () => {
    const { workbench, notebook } = editorWith('');
    await runNotebook(workbench, new CommandLine('cli.js', path.join(notebook.folder, 'no-such-node')));
    expect(workbench.shown).toHaveLength(1);
    expect(workbench.shown[0]?.severity).toBe('error');
    expect(workbench.shown[0]?.message).toMatch(/could not be started: .*ENOENT/);
  });
});
