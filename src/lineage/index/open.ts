/**
 * Lineage of a store by the shortest way: small records are read, and large ones and large stores have an index where the
 * runtime can keep one. An index that fails in any way is gone round, and a damaged one removed.
 */
import type { Direction } from '../focus';
import { RecordError } from '../read';
import { type Store, StoreError } from '../store';
import { IndexedLineages } from './indexed';
import type { Files, From, Lineages, Part, Touch } from './lineages';
import { isSmall, RecordLineages } from './records';
import { Rows } from './rows';
import { type Database, hasDatabase, isDamage, openDatabase, removeOthers } from './sqlite';

/** As many records are looked through sooner than indexed. */
const FEW_RUNS = 32;

/** Of one store, until it is closed. */
export class StoreLineages implements Lineages {
  private readonly records: RecordLineages;
  private database: Database | undefined;
  private indexed: IndexedLineages | undefined;
  private isWithout = false;

  constructor(private readonly store: Store) {
    this.records = new RecordLineages(store);
  }

  part(run: string, from: From, direction: Direction): Part {
    const isWorthIt = (): boolean => !isSmall(this.store, run);
    return this.ask((lineages) => lineages.part(run, from, direction), isWorthIt);
  }

  touches(files: Files): Touch[] {
    const isWorthIt = (): boolean => this.store.runIds(() => undefined).length > FEW_RUNS;
    return this.ask((lineages) => lineages.touches(files), isWorthIt);
  }

  close(): void {
    this.database?.db.close();
    this.database = undefined;
    this.isWithout = true;
  }

  private ask<T>(question: (lineages: Lineages) => T, isWorthIt: () => boolean): T {
    const indexed = this.index(isWorthIt);
    if (indexed === undefined) return question(this.records);
    try {
      return question(indexed);
    } catch (error) {
      if (error instanceof RecordError || error instanceof StoreError) throw error;
      this.giveUp(error);
      return question(this.records);
    }
  }

  /** @param isWorthIt whether one is made where there is none */
  private index(isWorthIt: () => boolean): IndexedLineages | undefined {
    if (this.isWithout) return undefined;
    if (this.indexed !== undefined) return this.indexed;
    if (!hasDatabase(this.store) && !isWorthIt()) return undefined;
    this.database = openDatabase(this.store);
    this.isWithout = this.database === undefined;
    if (this.database === undefined) return undefined;
    try {
      this.indexed = new IndexedLineages(this.database.db, this.store);
    } catch (error) {
      this.giveUp(error);
    }
    return this.indexed;
  }

  private giveUp(error: unknown): void {
    if (isDamage(error)) this.database?.remove();
    else this.database?.db.close();
    this.database = undefined;
    this.indexed = undefined;
    this.isWithout = true;
  }
}

/** Lets the index forget runs that are gone, and gives their space back. What fails here is done by the next one. */
export function compactIndex(store: Store): void {
  removeOthers(store);
  if (!hasDatabase(store)) return;
  const database = openDatabase(store);
  if (database === undefined) return;
  try {
    const rows = new Rows(database.db, store);
    rows.removeGone();
    database.db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)');
    database.db.close();
  } catch (error) {
    if (isDamage(error)) database.remove();
    else database.db.close();
  }
}
