import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { createTwoFilesPatch } from 'diff';
import manifest from '../../package.json';
import { readerBeside } from '../lint/beside';
import { cellsOf } from '../lint/files';
import type { Finding, Lint } from '../lint/finding';
import { lintCells, type LintCell, type LintOptions } from '../lint/lint';
import { fixAll } from '../lint/fixAll';
import { rewritten } from '../lint/rewrite';
import { sarifOf } from '../lint/report/sarif';
import { annotation } from '../lint/report/github';
import { findingText } from '../lint/report/text';
import { Failure } from '../notebook/failure';
import { replaceFile } from '../notebook/replaceFile';
import { relativePath } from '../notebook/root';
import { settingsFor } from '../replay/execution/plan';
import { EXIT } from './exit';
import { filesAt } from './lintPaths';
import { documentPath, Skipped } from './lintSkipped';
import { progressOption } from './shared';
import { Terminal } from './terminal';

type Flags = {
  format: 'text' | 'json' | 'sarif' | 'github';
  fix?: true;
  diff?: true;
  stdinFilename?: string;
  color?: boolean;
};
type Input = { path: string; isStdin: boolean };
type Linted = Input & {
  shown: string;
  text: string;
  cells: LintCell[];
  options: LintOptions;
  findings: Finding[];
};

export function lintCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  program
    .command('lint <path...>')
    .description('find randomness that no seed reaches')
    .addHelpText('before', 'Example: reprise lint study/train.ipynb\n')
    .addOption(
      new Option(
        '--format <format>',
        'text for people, one JSON document, SARIF 2.1.0, or annotations of a GitHub workflow',
      )
        .choices(['text', 'json', 'sarif', 'github'])
        .default('text'),
    )
    .option('--fix', 'apply the fixes that leave the science as it is')
    .option('--diff', 'show what --fix would change, and change nothing')
    .option('--stdin-filename <file>', 'lint what stdin holds as if it were this file; the path is "-"')
    .addOption(progressOption())
    .option('--no-color', 'no colour')
    .action((paths: string[], flags: Flags) => {
      const skipped = new Skipped();
      const files = inputsOf(paths, flags, skipped).flatMap(
        (input) => skipped.attempt(input.path, () => lintFile(input)) ?? [],
      );
      if (flags.diff) return done(showFixes(files, skipped));
      const left = flags.fix ? files.map((file) => fix(file, skipped)) : files;
      // What stdin held is given back, fixed, and nothing else is on stdout.
      if (flags.fix && paths.includes('-')) skipped.tell();
      else report(left, skipped, flags);
      const isBad = left.some(({ findings }) => findings.some(({ severity }) => severity !== 'info'));
      done(isBad ? EXIT.diverged : skipped.all.length > 0 ? EXIT.usage : EXIT.good);
    });
}

function inputsOf(paths: string[], flags: Flags, skipped: Skipped): Input[] {
  if (paths.includes('-')) {
    if (paths.length > 1) throw new Failure('usage', 'stdin-alone', 'The path "-" stands alone.');
    return [{ path: stdinName(flags), isStdin: true }];
  }
  const files = paths.flatMap((path) => skipped.attempt(path, () => filesAt(path, skipped)) ?? []);
  return [...new Set(files)].map((path) => ({ path, isStdin: false }));
}

function stdinName({ stdinFilename }: Flags): string {
  if (stdinFilename === undefined) {
    throw new Failure('usage', 'no-name', 'What comes on stdin needs a name: --stdin-filename study.ipynb');
  }
  return resolve(stdinFilename);
}

function lintFile(input: Input): Linted {
  const { path } = input;
  const text = textOf(input);
  const cells = cellsOf(path, text);
  const options = optionsFor(path);
  const shown = relativePath(process.cwd(), path);
  return { ...input, shown, text, cells, options, findings: lintCells(cells, options) };
}

/** @throws Failure `no-file`, `not-text`; errors of the file system */
function textOf({ path, isStdin }: Input): string {
  // A pipe that nobody writes to would be waited for for ever.
  if (!isStdin && !statSync(path).isFile()) {
    const message =
      'This is a pipe or a device. Give it on stdin: reprise lint - --stdin-filename study.ipynb';
    throw new Failure('usage', 'no-file', message);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      readFileSync(isStdin ? 0 : path),
    );
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Failure('usage', 'not-text', 'This file is not text in UTF-8.');
  }
}

function fixedOf(file: Linted): Linted {
  const { path, text, cells, options } = file;
  const fixed = fixAll(cells, options);
  const findings = lintCells(fixed, options);
  return { ...file, text: rewritten(path, text, cells, fixed), cells: fixed, findings };
}

function fix(file: Linted, skipped: Skipped): Linted {
  const { path, isStdin } = file;
  const fixed = skipped.attempt(path, () => fixedOf(file)) ?? file;
  if (isStdin) process.stdout.write(fixed.text);
  if (isStdin || fixed.text === file.text) return fixed;
  return skipped.attempt(path, () => (replaceFile(path, fixed.text), fixed), 'write') ?? file;
}

/** Exit 1 where something would change. */
function showFixes(files: Linted[], skipped: Skipped): number {
  let changed = 0;
  for (const file of files) {
    const { text } = skipped.attempt(file.path, () => fixedOf(file)) ?? file;
    if (text === file.text) continue;
    changed += 1;
    const patch = createTwoFilesPatch(`a/${file.shown}`, `b/${file.shown}`, file.text, text, '', '');
    process.stdout.write(patch.replace(/^=+\n/, ''));
  }
  skipped.tell();
  return changed > 0 ? EXIT.diverged : skipped.all.length > 0 ? EXIT.usage : EXIT.good;
}

function optionsFor(path: string): LintOptions {
  const read = readerBeside(path);
  if (path.endsWith('.py')) return { policy: 'observe', entropy: 'record', read };
  const { policy, entropy } = settingsFor(path, {});
  return { policy, entropy, read };
}

function report(files: Linted[], skipped: Skipped, { format, color }: Flags): void {
  const terminal = new Terminal(
    format === 'json' ? 'json' : 'text',
    'none',
    color === undefined ? {} : { color },
  );
  const lint: Lint = {
    schema: 'reprise/lint/1',
    files: files.map((file) => ({
      path: format === 'json' ? documentPath(file.path) : file.shown,
      cells: file.cells.length,
      findings: file.findings,
    })),
    skipped: format === 'json' ? skipped.inDocument : skipped.all,
  };
  terminal.document(lint);
  if (format === 'sarif')
    process.stdout.write(JSON.stringify(sarifOf(lint, manifest.version), null, 2) + '\n');
  skipped.tell();
  for (const { shown, cells, findings } of format === 'sarif' ? [] : files) {
    for (const finding of findings) {
      terminal.say(
        format === 'github'
          ? annotation(shown, finding)
          : findingText(shown, finding, cells, terminal) + '\n',
      );
    }
  }
  if (format === 'text' && (files.length > 0 || skipped.all.length === 0)) terminal.say(summary(files));
}

function summary(files: Linted[]): string {
  const all = files.flatMap(({ findings }) => findings);
  const where = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
  if (all.length === 0) return `No findings in ${where}.`;
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = all.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 || severity === 'info' ? '' : 's'}`];
  });
  return `${counts.join(', ')} in ${where}.`;
}
