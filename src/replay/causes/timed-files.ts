/** Files that differ and are of a kind that mostly holds when it was made. That nothing else in them differs, nobody has seen. */
import { indexOf, type Context, type Suspect } from './context';

const TIMED = /\.(?:pdf|svgz?|e?ps|tar(?:\.\w+)?|tgz|xlsx|docx|pptx)$/i;

export function timedFiles({ comparison }: Context): Suspect[] {
  const cell = indexOf(comparison);
  const names = comparison.differences.flatMap(({ what, name }) =>
    what === 'file' && TIMED.test(name) ? [name] : [],
  );
  const [first] = names;
  if (first === undefined) return [];
  const more = names.length === 1 ? '' : ` So ${names.length === 2 ? 'is' : 'are'} ${names.length - 1} more.`;
  return [
    {
      kind: 'time',
      strength: 'faint',
      summary: `\`${first}\`, which cell ${cell} writes, is of a kind that mostly holds the time when it was made.${more}`,
      evidence: names.map((name) => ({ what: `${name} was written`, where: { cell, file: name } })),
    },
  ];
}
