/** The shape of the tables beside this file: for each rule, cells in which it is right and cells that only look so. */
export type RuleCells = Record<
  string,
  {
    /** Cells with a line that ends in the rule's mark. */
    flagged: string[];
    /** Cells about which there is nothing to say. */
    silent: string[];
  }
>;

/** Cells of one text, with a line `# %%` between them. */
export function cells(text: string): string[] {
  return text.trim().split(/\n+# %%\n+/);
}
