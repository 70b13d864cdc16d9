/** The whole training ledger of a cell, as it was put away (`reprise/ledger/1`). */
import type { CellLine, Ledger } from '../lineage/record';
import { StoreError, type Store } from '../lineage/store';

/** @returns undefined where it is not kept, or was changed since */
export function keptLedger(store: Store, { training }: Pick<CellLine, 'training'>): Ledger | undefined {
  if (training === undefined) return undefined;
  try {
    return parse(store.getObject(training.ledger).toString('utf8'));
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function parse(text: string): Ledger | undefined {
  let ledger: Partial<Ledger> | null;
  try {
    ledger = JSON.parse(text) as Partial<Ledger> | null;
  } catch {
    return undefined;
  }
  const isOne = ledger?.schema === 'reprise/ledger/1' && Array.isArray(ledger.streams);
  return isOne ? (ledger as Ledger) : undefined;
}
