/** Why a cell is stale, in words for people. */
import type { StaleReason } from './graph';

export function reasonWords({ type, variable, file, cell }: StaleReason): string {
  const what = variable ?? file;
  switch (type) {
    case 'never-executed':
      return 'never ran';
    case 'code-changed':
      return 'its code changed';
    case 'input-changed':
      return `${what ?? 'an input'} changed`;
    case 'upstream-stale':
      return `${what ?? 'what it reads'} comes from a stale cell${cell === undefined ? '' : ` (${cell})`}`;
    case 'overwritten':
      return `${what ?? 'what it wrote'} was overwritten`;
    case 'order':
      return 'ran in another order';
    case 'writer-deleted':
      return `the cell that wrote ${what ?? 'its input'} was deleted`;
    case 'restarted':
      return 'the kernel was restarted';
  }
}
