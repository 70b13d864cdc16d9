import { withinTolerance } from '../../../notebook/tolerance';

/** Relative difference of two numbers as printed, "2.4e-7"; undefined where that is no number. */
export function relativeOf(original: string, replay: string): string | undefined {
  const relative = withinTolerance(original, replay, { rtol: 0, atol: 0 }).worst?.relative;
  return relative !== undefined && relative > 0 && Number.isFinite(relative)
    ? relative.toExponential(1)
    : undefined;
}

/** The largest of some relative differences. */
export function largest(relatives: readonly (string | undefined)[]): string | undefined {
  const known = relatives.filter((each) => each !== undefined);
  return known.sort((a, b) => Number(b) - Number(a))[0];
}
