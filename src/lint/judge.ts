/** From what a notebook does to what of it does not repeat: which seed reaches which draw, in the order of the cells. */
import { argumentOf, holds } from './arguments';
import type { FindingVerdict } from './finding';
import type { Range } from './python/ast';
import type { Seen, SeenCall, Value } from './python/values';
import { APIS, methodNamed, RULES, SEEDERS } from './rules';
import { SETTINGS } from './rules/environment';
import type { Api, Generator } from './rules/rule';

/** A finding before it has words for people and a place in lines. */
export type Judged = {
  rule: string;
  api?: string;
  verdict: FindingVerdict;
  cell: number;
  range: Range;
  /** Behind the rule's title. */
  because?: string;
  severity?: 'info';
  enforced?: false;
  call?: SeenCall;
  row?: Api;
};

const GENERATORS: Record<Generator, string> = {
  python: 'Python’s',
  numpy: 'NumPy’s',
  torch: 'PyTorch’s',
  tensorflow: 'TensorFlow’s',
  keras: 'Keras’',
  polars: 'Polars’',
};
const SEEDED_BY: Record<Generator, string> = {
  python: 'random.seed',
  numpy: 'np.random.seed',
  torch: 'torch.manual_seed',
  tensorflow: 'tf.random.set_seed',
  keras: 'keras.utils.set_random_seed',
  polars: 'pl.set_random_seed',
};

/** @param source text of a cell, for what stands in a call's parentheses */
export function judge(seen: readonly Seen[], source: (cell: number) => string): Judged[] {
  return new Judge(source).all(seen);
}

class Judge {
  private readonly found = new Map<string, Judged>();
  private readonly seeded = new Map<Generator, number>();
  private readonly imported = new Set<string>();
  /** Where a generator was made, by what it is and its seed. */
  private readonly streams = new Map<string, SeenCall>();

  constructor(private readonly source: (cell: number) => string) {}

  all(seen: readonly Seen[]): Judged[] {
    for (const each of seen) this.one(each);
    return [...this.found.values()].sort((a, b) => a.cell - b.cell || a.range.from - b.range.from);
  }

  private one(seen: Seen): void {
    switch (seen.seen) {
      case 'import':
        this.imported.add(seen.path.split('.')[0]!);
        return;
      case 'call':
        this.call(seen);
        return;
      case 'reference': {
        const row = APIS.get(seen.api);
        if (row?.reach) this.draw(row, row.reach, { api: seen.api, cell: seen.cell, range: seen.expression });
        return;
      }
      case 'setting':
        this.setting(seen);
        return;
      case 'clock':
        if (!DATES.test(seen.api)) return;
        this.add({
          rule: 'py-time-now',
          api: seen.api,
          verdict: 'volatile',
          cell: seen.cell,
          range: seen.expression,
        });
        return;
      case 'set-order':
        this.add({
          rule: 'py-set-order',
          verdict: 'unseeded',
          cell: seen.cell,
          range: seen.expression,
          because: `(${seen.consumer})`,
        });
    }
  }

  private setting({ api, value, cell, statement }: Extract<Seen, { seen: 'setting' }>): void {
    for (const row of SETTINGS) {
      if (row.api !== api || (row.after && !row.after.some((library) => this.imported.has(library))))
        continue;
      const isMeant = row.value === undefined || (value.kind === 'constant' && value.value === row.value);
      if (isMeant) this.add({ rule: row.rule, verdict: 'too-late', cell, range: statement });
    }
  }

  private call(seen: SeenCall): void {
    const seeder = SEEDERS.get(seen.api);
    if (seeder) return this.seeds(seen, seeder);
    const row = this.rowOf(seen);
    if (row === undefined || !holds(seen, row.when)) return;
    const place = { api: row.api, cell: seen.cell, range: seen.call.callee, call: seen, row };
    if (row.rule === 'py-fs-order' && ORDER_FREE.has(seen.consumer ?? '')) return;
    if (row.seed) {
      const given = argumentOf(seen, row.seed.names, row.seed.at);
      if (given.is === 'unknown') return;
      if (given.is === 'given' && !isNone(given.value)) return this.ownSeed(seen, row, given.value);
    }
    if (row.reach) this.draw(row, row.reach, place);
    else this.add({ ...place, rule: row.rule, verdict: 'unseeded' });
  }

  private rowOf(seen: SeenCall): Api | undefined {
    if (!seen.api.startsWith('?.')) return APIS.get(seen.api);
    const text = this.source(seen.cell).slice(seen.call.open + 1, seen.call.close);
    return methodNamed(seen.api.slice(2), this.imported, text);
  }

  private draw(
    row: Api,
    reach: Generator,
    place: { api: string; cell: number; range: Range; call?: SeenCall; row?: Api },
  ): void {
    const cell = this.seeded.get(reach);
    if (cell === undefined) {
      const because = `which nothing has seeded before (\`${SEEDED_BY[reach]}\`)`;
      this.add({ ...place, rule: row.rule, verdict: 'unseeded', because });
      return;
    }
    const because = `seeded in cell ${cell}: it repeats only if the cells run once and in order`;
    this.add({ ...place, rule: row.rule, verdict: 'order-dependent', severity: 'info', because });
  }

  private seeds(seen: SeenCall, { generators, names }: { generators: Generator[]; names: string[] }): void {
    const given = argumentOf(seen, names, 0);
    const place = { api: seen.api, cell: seen.cell, range: seen.call.callee, call: seen };
    // Lightning takes 0, or the number in its environment variable, where none is given.
    const unseeds =
      given.is === 'missing'
        ? seen.api !== 'lightning.seed_everything'
        : given.is === 'given' && isNone(given.value);
    const varying = given.is === 'given' && given.value.kind === 'varying' ? given.value : undefined;
    for (const generator of generators) {
      if (unseeds || varying) this.seeded.delete(generator);
      else this.seeded.set(generator, seen.cell);
    }
    if (unseeds) this.add({ ...place, rule: 'np-seed-none', verdict: 'unseeded', enforced: false });
    if (varying) this.varies(place, varying.api);
  }

  private ownSeed(seen: SeenCall, row: Api, value: Value): void {
    const place = { api: row.api, cell: seen.cell, range: seen.call.callee, call: seen, row };
    if (value.kind === 'varying') return this.varies(place, value.api);
    if (!row.makesStream || value.kind !== 'constant') return;
    const key = `${row.api} ${JSON.stringify(value.value)}`;
    const earlier = this.streams.get(key);
    if (earlier === undefined) this.streams.set(key, seen);
    else if (earlier.cell !== seen.cell || earlier.call.from !== seen.call.from) {
      this.add({ ...place, rule: 'seed-reuse', verdict: 'seed-reuse', because: `(cell ${earlier.cell})` });
    }
  }

  private varies(place: { api: string; cell: number; range: Range; call: SeenCall }, api: string): void {
    this.add({
      ...place,
      rule: 'seed-varies',
      verdict: 'unseeded',
      because: `(\`${api}()\`)`,
      enforced: false,
    });
  }

  /** The first word about a place stands: a function may be called before a seed and after it. */
  private add(judged: Judged): void {
    const key = `${judged.cell} ${judged.range.from} ${judged.rule}`;
    const verdict = RULES.get(judged.rule)?.verdict ?? judged.verdict;
    if (!this.found.has(key)) this.found.set(key, { ...judged, verdict });
  }
}

export { GENERATORS };

/** Clocks that give a date; those that give seconds are read to measure. */
const DATES = /^(datetime|pandas)\./;
const ORDER_FREE = new Set(['sorted', 'len', 'set', 'frozenset', 'min', 'max', 'any', 'all']);

function isNone(value: Value): boolean {
  return value.kind === 'constant' && value.value === null;
}
