/** A Markdown table whose columns line up in the text itself. Cells are on one line, and hold no bar of their own. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[], fill = ' '): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(' | ')} |`;
  const [first, ...others] = all.map((row) => line(row));
  return [
    first,
    line(
      head.map(() => ''),
      '-',
    ),
    ...others,
  ].join('\n');
}

function plain(cell: string): string {
  return cell.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
