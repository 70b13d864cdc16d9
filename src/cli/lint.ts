import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type Command, Option } from 'commander';
import { createTwoFilesPatch } from 'diff';
import ignore, { type Ignore } from 'ignore';
import manifest from '../../package.json';
import { cellsOf } from '../lint/files';
import type { Finding, Lint } from '../lint/finding';
import { lintCells, type LintCell, type LintOptions } from '../lint/lint';
import { fixAll } from '../lint/fixAll';
import { rewritten } from '../lint/rewrite';
import { sarifOf } from '../lint/report/sarif';
import { annotation } from '../lint/report/github';
import { findingText } from '../lint/report/text';
import { Failure } from '../notebook/failure';
import { relativePath } from '../notebook/root';
import { settingsFor } from '../replay/plan';
import { EXIT } from './exit';
import { Terminal } from './terminal';

type Flags = {
  format: 'text' | 'json' | 'sarif' | 'github';
  fix?: true;
  diff?: true;
  stdinFilename?: string;
  color?: boolean;
};
type Linted = { path: string; cells: LintCell[]; findings: Finding[]; text: string; options: LintOptions };

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
    .option('--no-color', 'no colour')
    .action((paths: string[], flags: Flags) => {
      const skipped: Lint['skipped'] = [];
      const named = paths.flatMap((path) => (path === '-' ? [stdinName(flags)] : filesAt(resolve(path))));
      const files = named.flatMap((path) => lintFile(path, paths.includes('-'), skipped));
      if (flags.diff) return done(showFixes(files, skipped));
      const left = flags.fix ? files.map((file) => fix(file, paths.includes('-'))) : files;
      // What stdin held is given back, fixed, and nothing else is there.
      if (!(flags.fix && paths.includes('-'))) report(left, skipped, flags);
      const isBad = left.some(({ findings }) => findings.some(({ severity }) => severity !== 'info'));
      done(isBad ? EXIT.diverged : skipped.length > 0 ? EXIT.usage : EXIT.good);
    });
}

function stdinName({ stdinFilename }: Flags): string {
  if (stdinFilename === undefined) {
    throw new Failure('usage', 'no-name', 'What comes on stdin needs a name: --stdin-filename study.ipynb');
  }
  return resolve(stdinFilename);
}

function lintFile(path: string, isStdin: boolean, skipped: Lint['skipped']): Linted[] {
  const shown = relativePath(process.cwd(), path);
  try {
    const text = readFileSync(isStdin ? 0 : path, 'utf8');
    const cells = cellsOf(path, text);
    const options = optionsFor(path);
    return [{ path: shown, cells, findings: lintCells(cells, options), text, options }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    skipped.push({ path: shown, reason });
    return [];
  }
}

function fixedOf({ path, cells, text, options }: Linted): { cells: LintCell[]; text: string } {
  const fixed = fixAll(cells, options);
  return { cells: fixed, text: rewritten(path, text, cells, fixed) };
}

function fix(file: Linted, isStdin: boolean): Linted {
  const { cells, text } = fixedOf(file);
  if (isStdin) process.stdout.write(text);
  else if (text !== file.text) writeFileSync(resolve(file.path), text);
  return { ...file, cells, text, findings: lintCells(cells, file.options) };
}

/** Exit 1 where something would change. */
function showFixes(files: Linted[], skipped: Lint['skipped']): number {
  const changed = files.filter((file) => fixedOf(file).text !== file.text);
  for (const file of changed) {
    const patch = createTwoFilesPatch(
      `a/${file.path}`,
      `b/${file.path}`,
      file.text,
      fixedOf(file).text,
      '',
      '',
    );
    process.stdout.write(patch.replace(/^=+\n/, ''));
  }
  for (const { path, reason } of skipped) process.stderr.write(`${path}: ${reason}\n`);
  return changed.length > 0 ? EXIT.diverged : skipped.length > 0 ? EXIT.usage : EXIT.good;
}

function optionsFor(path: string): LintOptions {
  if (path.endsWith('.py')) return { policy: 'observe', entropy: 'record' };
  const { policy, entropy } = settingsFor(path, {});
  return { policy, entropy };
}

function report(files: Linted[], skipped: Lint['skipped'], { format, color }: Flags): void {
  const terminal = new Terminal(
    format === 'json' ? 'json' : 'text',
    'none',
    color === undefined ? {} : { color },
  );
  const lint: Lint = {
    schema: 'reprise/lint/1',
    files: files.map(({ path, cells, findings }) => ({ path, cells: cells.length, findings })),
    skipped,
  };
  terminal.document(lint);
  if (format === 'sarif')
    process.stdout.write(JSON.stringify(sarifOf(lint, manifest.version), null, 2) + '\n');
  for (const { path, reason } of skipped) terminal.warn(`${path}: ${reason}`);
  for (const { path, cells, findings } of format === 'sarif' ? [] : files) {
    for (const finding of findings) {
      terminal.say(
        format === 'github' ? annotation(path, finding) : findingText(path, finding, cells, terminal) + '\n',
      );
    }
  }
  if (format === 'text') terminal.say(summary(files));
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

const LINTED = /\.ipynb$/;
const SKIPPED = new Set(['node_modules', '__pycache__', 'venv', 'site-packages']);

/** A file as it is named; of a folder its notebooks, without what git ignores. @throws Failure `no-file` */
function filesAt(path: string): string[] {
  if (!existsSync(path)) {
    throw new Failure('usage', 'no-file', `There is no file or folder ${relativePath(process.cwd(), path)}.`);
  }
  return statSync(path).isDirectory() ? notebooksIn(path, rulesAbove(path)) : [path];
}

type Rules = { folder: string; rules: Ignore }[];

function notebooksIn(folder: string, above: Rules): string[] {
  const rules = [...above, ...rulesOf(folder)];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.') || isIgnored(path, entry.isDirectory(), rules)) return [];
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : notebooksIn(path, rules);
      return LINTED.test(entry.name) ? [path] : [];
    });
}

function rulesAbove(path: string): Rules {
  const parent = dirname(path);
  if (existsSync(join(path, '.git')) || parent === path) return [];
  return [...rulesAbove(parent), ...rulesOf(parent)];
}

function rulesOf(folder: string): Rules {
  const file = join(folder, '.gitignore');
  return existsSync(file) ? [{ folder, rules: ignore().add(readFileSync(file, 'utf8')) }] : [];
}

function isIgnored(path: string, isFolder: boolean, all: Rules): boolean {
  return all.some(({ folder, rules }) => {
    const inside = relative(folder, path).split(sep).join('/');
    return rules.ignores(isFolder ? `${inside}/` : inside);
  });
}
