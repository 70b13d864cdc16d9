/**
 * The verdict of a replay whose results are lost: its last words, which outlive the place where it ran, have a digest of each
 * cell's outputs. Outputs are judged by them; what else a cell has to show for itself is not there to be judged.
 */
import manifest from '../../package.json';
import { CANON } from '../notebook/canon';
import { Failure } from '../notebook/failure';
import type { CellLine, RunRecord } from '../lineage/record';
import { worst } from './compare/part';
import type { Cause, CellVerdict, Judgement } from './documents';
import { documentOrder } from './execution/sources';

/** Sixteen hexadecimal digits of each executed cell's raw digest, in the order in which they ran. */
export type LastWords = { run: string; root: string; cells: string };

const DIGITS = 16;

/** Thrown where a run came to its end, and nothing of it but its last words can be had. */
export class ResultsLost extends Failure {
  constructor(
    readonly words: LastWords,
    message: string,
  ) {
    super('infrastructure', 'results-lost', message);
  }
}

export function judgeByLastWords(original: RunRecord, words: LastWords): Judgement {
  const digests = words.cells.match(new RegExp(`.{${DIGITS}}`, 'g')) ?? [];
  const cells = expected(original).map((line, i) => judgeCell(line, digests[i]));
  const first = cells.find(({ verdict }) => verdict !== 'identical');
  const count = (what: (line: CellLine) => number): number =>
    original.cells.reduce((sum, line) => sum + what(line), 0);
  return {
    schema: 'reprise/verdict/1',
    notebook: original.header.notebook,
    original: original.header.run,
    replays: [words.run],
    verdict: cells.length === 0 ? 'unverifiable' : worst(cells.map(({ verdict }) => verdict)),
    cells,
    firstDivergence: first === undefined ? null : { index: first.index, id: first.id },
    causes: first?.causes ?? [],
    environment: [],
    masks: [],
    covered: {
      outputs: digests.length === 0 ? 0 : count(({ outputs }) => outputs.count),
      files: 0,
      variables: { compared: 0, uncompared: count(({ writes }) => writes.length) },
      runs: 1,
    },
    by: {
      tool: `reprise ${manifest.version}`,
      canon: CANON,
      runs: [
        { run: original.header.run, root: original.root, ranBy: original.header.starter },
        { run: words.run, root: words.root, ranBy: 'runner' },
      ],
    },
  };
}

/** The executions that a replay in document order repeats. */
function expected(original: RunRecord): CellLine[] {
  const last = new Map(original.cells.map((line) => [line.id, line]));
  return documentOrder(original)?.flatMap(({ id }) => last.get(id) ?? []) ?? original.cells;
}

function judgeCell(line: CellLine, digest: string | undefined): CellVerdict {
  const { index, id, outputs } = line;
  const judged = (
    verdict: CellVerdict['verdict'],
    differences: CellVerdict['differences'],
    why: string,
  ): CellVerdict => {
    const cause: Cause = { kind: 'unknown', confidence: 'certain', summary: why, evidence: [{ what: why }] };
    return { index, id, verdict, masks: [], differences, causes: [cause] };
  };
  if (digest === undefined)
    return judged(
      'unverifiable',
      [],
      `Nothing is known of cell ${index} in the replay: it was lost with its pod.`,
    );
  if (!outputs.raw.startsWith(digest)) {
    const summary = `digest ${outputs.raw.slice(0, DIGITS)} became ${digest}`;
    const why =
      'The outputs differ, and the replay was lost with its pod before they could be fetched: replay again to see in what.';
    return judged('different', [{ what: 'output', name: 'outputs', summary }], why);
  }
  const unseen = unseenOf(line);
  if (unseen !== undefined)
    return judged('unverifiable', [], `Its outputs are the same; ${unseen} was lost with the replay's pod.`);
  return { index, id, verdict: 'identical', masks: [], differences: [], causes: [] };
}

/** What of a cell its verdict needs besides its outputs. */
function unseenOf({ files, writes, entropy }: CellLine): string | undefined {
  const written = files.find(({ mode, outside }) => mode === 'write' && !outside);
  if (written) return written.path;
  const isOpen = entropy.some(({ reach }) => reach === 'unreached') && writes.length > 0;
  return isOpen ? `variable ${writes[0]!.name}, which no seed reached,` : undefined;
}
