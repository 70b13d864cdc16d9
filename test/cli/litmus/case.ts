/** Sequences of operations on a notebook, with the cells that are stale after them and why. */

/**
 * Words of `steps`: `a` runs cell a; `a=source` edits it (`~` is a space, `;` stays); `-a` deletes it; `+d@1=source` inserts d
 * at 1; `>b,a` moves; `!restart`; `!file:content` writes a file from outside the session, `!-file` removes it.
 *
 * `stale`: for each stale cell one reason that is among those given for it, as `type(what<cell)`.
 */
export type Case = {
  name: string;
  cells: Record<string, string>;
  steps: string;
  stale: Record<string, string>;
  /** Present before the first step. */
  files?: Record<string, string>;
};
