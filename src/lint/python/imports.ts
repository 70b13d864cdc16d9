/** What Python code imports, wherever in it that stands. */
import { parser } from '@lezer/python';
import type { Statement } from './ast';
import { parsePython } from './parse';

export type Import = Extract<Statement, { type: 'import' | 'import-from' }>;

/** Imports in functions, branches and handlers too: they may come to be executed. */
export function importsIn(source: string): Import[] {
  const found: Import[] = [];
  parser.parse(source).iterate({
    enter({ name, from, to }) {
      if (name !== 'ImportStatement') return;
      for (const statement of parsePython(source.slice(from, to))) {
        if (statement.type === 'import' || statement.type === 'import-from') found.push(statement);
      }
    },
  });
  return found;
}
