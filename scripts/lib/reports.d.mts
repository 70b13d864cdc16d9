export type Counts = {
  passed: number;
  failed: number;
  failures: string[];
  skipped: string[];
  waived: string[];
};
export function pytestCounts(file: string): Counts | null;
