/** What comparing one aspect of a cell gives; parts add up to the cell's verdict. */
import type { Difference, Verdict } from '../documents';

export type Part = {
  verdict: Verdict;
  masks: string[];
  differences: Difference[];
  /** Why something could not be compared: sentences. */
  obstacles: string[];
};

const BADNESS: readonly Verdict[] = [
  'identical',
  'canonical',
  'within-tolerance',
  'unverifiable',
  'different',
];

/** The worst: `different` before `unverifiable` before the rest. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((a, b) => (BADNESS.indexOf(b) > BADNESS.indexOf(a) ? b : a), 'identical');
}

export function identical(): Part {
  return { verdict: 'identical', masks: [], differences: [], obstacles: [] };
}

export function unverifiable(obstacle: string, difference?: Difference): Part {
  const differences = difference === undefined ? [] : [difference];
  return { verdict: 'unverifiable', masks: [], differences, obstacles: [obstacle] };
}

export function different(...differences: Difference[]): Part {
  return { verdict: 'different', masks: [], differences, obstacles: [] };
}

export function together(parts: readonly Part[]): Part {
  return {
    verdict: worst(parts.map(({ verdict }) => verdict)),
    masks: [...new Set(parts.flatMap(({ masks }) => masks))].sort(),
    differences: parts.flatMap(({ differences }) => differences),
    obstacles: parts.flatMap(({ obstacles }) => obstacles),
  };
}
