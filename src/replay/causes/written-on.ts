/** A file that was there before both runs and that a cell writes on in: a replay finds in it what the run before left. */
import { writtenFiles } from '../compare/files';
import { linesOf, type Context, type Suspect } from './context';
import { withoutComments } from './definitions';

const WRITES_ON =
  /\bopen\s*\([^)]*["'](?:[abt]*a[bt+]*|r[bt]*\+[bt]*)["']|\bmode\s*=\s*["'](?:a[bt+]*|r[bt]*\+)["']|>>|%%writefile\s+-a\b|\btee\s+-a\b/;

export function writtenOn(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  const [was, is] = [writtenFiles(before.line), writtenFiles(after.line)];
  const wasThere = (path: string): boolean =>
    [was, is].every((files) => files.get(path)?.created === undefined);
  const [file] = context.comparison.differences.filter(({ what, name }) => what === 'file' && wasThere(name));
  const place = withoutComments(before.source).find(({ text }) => WRITES_ON.test(text));
  if (file === undefined || place === undefined) return [];
  return [
    {
      kind: 'data-drift',
      strength: 'plausible',
      summary: `\`${file.name}\` was there before, and line ${place.line} of cell ${before.index} writes on in a file: a replay finds in it what the run before left.`,
      evidence: [
        { what: place.text.trim(), where: { cell: before.index, line: place.line, file: file.name } },
      ],
    },
  ];
}
