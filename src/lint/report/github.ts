/** Findings as annotations of a GitHub workflow. */
import type { Finding } from '../finding';

const LEVELS = { error: 'error', warning: 'warning', info: 'notice' } as const;

export function annotation(path: string, { cell, range, severity, rule, message }: Finding): string {
  const isScript = path.endsWith('.py');
  // A line of a cell is no line of the notebook's file.
  const place = isScript ? `,line=${range.start.line + 1},endLine=${range.end.line + 1}` : '';
  const where = isScript ? '' : `cell ${cell.index}, line ${range.start.line + 1}: `;
  return `::${LEVELS[severity]} file=${property(path)}${place},title=${property(rule)}::${data(where + message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
