/** Puts changed cells back into their file, and leaves every other character of it as it is. */
import { applyEdits, modify, parse } from 'jsonc-parser';
import type { LintCell } from './lint';

type Change = { before: LintCell; after: LintCell };

export function rewritten(
  path: string,
  text: string,
  before: readonly LintCell[],
  after: readonly LintCell[],
): string {
  const changes = before
    .map((cell, i) => ({ before: cell, after: after[i]! }))
    .filter((change) => change.before.source !== change.after.source);
  return path.endsWith('.py') ? inScript(text, changes) : inNotebook(text, changes);
}

function inNotebook(text: string, changes: Change[]): string {
  const { cells } = parse(text) as { cells: { source: string | string[] }[] };
  return changes.reduce((changed, { after: { index, source } }) => {
    const isList = Array.isArray(cells[index]!.source);
    const value = isList ? (source.match(/[^\n]*\n|[^\n]+$/g) ?? []) : source;
    const formattingOptions = { insertSpaces: true, tabSize: indentOf(text), eol: '\n' };
    return applyEdits(changed, modify(changed, ['cells', index, 'source'], value, { formattingOptions }));
  }, text);
}

function indentOf(text: string): number {
  return /^\{\r?\n( +)"/.exec(text)?.[1]?.length ?? 1;
}

/** A cell's text begins where the text before it is blank; the last is replaced first, so that places stay. */
function inScript(text: string, changes: Change[]): string {
  return [...changes].reverse().reduce((changed, { before, after }) => {
    const from = before.source.search(/\S/);
    return changed.slice(0, from) + after.source.slice(from) + changed.slice(before.source.length);
  }, text);
}
