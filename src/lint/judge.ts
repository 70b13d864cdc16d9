/** From what a notebook does to what of it does not repeat: which seed reaches which draw, in the order of the cells. */
import { argumentOf, type Given, holds } from './arguments';
import { CHECKS, type Versions } from './checks';
import { harmlessAmong } from './harmless';
import { type Judged, notSeeded, type Place, SEEDED_BY, seededIn } from './judged';
import type { Range } from './python/ast';
import type { Seen, SeenCall, Value } from './python/values';
import { APIS, methodNamed, RULES, SEEDERS } from './rules';
import { SETTINGS } from './rules/environment';
import type { Api, Generator } from './rules/rule';

export type Circumstances = {
  /** Of packages, as far as the environment is known. */
  versions?: Versions | undefined;
  /** What ran again later: it seeds and draws, and what is found is found of the last time. */
  repeated?: ReadonlySet<Seen>;
  /** How the cells ran: "in order". */
  inOrder?: string;
};

/** @param source text of a cell, for what stands in a call's parentheses */
export function judge(
  seen: readonly Seen[],
  source: (cell: number) => string,
  { versions = {}, repeated = new Set(), inOrder = 'in order' }: Circumstances = {},
): Judged[] {
  const last = seen.filter((each) => !repeated.has(each));
  const judged = [
    ...new Judge(source, repeated, inOrder).all(seen),
    ...CHECKS.flatMap((check) => check(last, versions)),
  ];
  return judged.sort((a, b) => a.cell - b.cell || a.range.from - b.range.from);
}

class Judge {
  private readonly found = new Map<string, Judged>();
  private readonly seeded = new Map<Generator, Seeding>();
  /** The first draw of a generator that nothing had seeded. */
  private readonly drawn = new Map<Generator, Place>();
  private readonly imported = new Set<string>();
  /** Where a generator was made, by what it is and its seed. */
  private readonly streams = new Map<string, SeenCall>();
  /** Generators that the notebook itself has made random again. */
  private readonly reseeded = new Set<Generator>();
  /** Draws that are other numbers each time. */
  private readonly unseeded = new Set<SeenCall>();
  /** Functions that seed and that nothing calls. */
  private readonly idle = new Set<string>();

  private isRepeated = false;

  constructor(
    private readonly source: (cell: number) => string,
    private readonly repeated: ReadonlySet<Seen>,
    private readonly inOrder: string,
  ) {}

  all(seen: readonly Seen[]): Judged[] {
    for (const each of seen) {
      this.isRepeated = this.repeated.has(each);
      this.one(each);
    }
    const isHarmless = harmlessAmong(seen);
    return [...this.found.values()].filter((judged) => !isHarmless(judged));
  }

  private one(seen: Seen): void {
    switch (seen.seen) {
      case 'import':
        this.imported.add(seen.path.split('.')[0]!);
        return;
      case 'call':
        this.call(seen);
        return;
      case 'reference':
        this.reference(seen);
        return;
      case 'elsewhere':
        this.perhapsSeeded(seen.cell);
        return;
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
          set: seen,
        });
    }
  }

  private reference({ api, cell, expression, context, beside }: Extract<Seen, { seen: 'reference' }>): void {
    for (const row of APIS.get(api) ?? []) {
      if (beside.some((name) => row.seed?.names.includes(name))) continue;
      const place = { api, cell, range: expression, context, row };
      if (row.reach) this.draw(row, row.reach, place);
      else if (row.makesStream) this.add({ ...place, rule: row.rule, verdict: 'unseeded' });
    }
  }

  /** Code that is not here may have seeded whatever it likes. */
  private perhapsSeeded(cell: number): void {
    for (const generator of Object.keys(SEEDED_BY) as Generator[]) {
      if (!this.seeded.has(generator)) this.seeded.set(generator, { cell, perhaps: true });
    }
  }

  private setting({ api, value, cell, statement, assigned }: Extract<Seen, { seen: 'setting' }>): void {
    for (const row of SETTINGS) {
      if (row.api !== api || (row.after && !row.after.some((library) => this.imported.has(library))))
        continue;
      const isMeant = row.value === undefined || (value.kind === 'constant' && value.value === row.value);
      const replace =
        row.instead !== undefined && assigned ? { range: assigned, text: row.instead } : undefined;
      if (isMeant)
        this.add({
          rule: row.rule,
          verdict: 'too-late',
          cell,
          range: statement,
          ...(replace && { replace }),
        });
    }
  }

  private call(seen: SeenCall): void {
    const seeder = SEEDERS.get(seen.api);
    if (seeder) return this.seeds(seen, seeder);
    const rows = this.rowsOf(seen);
    for (const row of rows) this.row(seen, row);
    if (rows.length === 0 && SEEDS_BY_NAME.test(seen.api) && seen.context.uncalled === undefined) {
      this.perhapsSeeded(seen.cell);
    }
  }

  private rowsOf(seen: SeenCall): readonly Api[] {
    if (!seen.api.startsWith('?.')) return APIS.get(seen.api) ?? [];
    const text = this.source(seen.cell).slice(seen.call.open + 1, seen.call.close);
    const { callee } = seen.call;
    const on = callee.type === 'attribute' ? this.source(seen.cell).slice(callee.from, callee.value.to) : '';
    return methodNamed(seen.api.slice(2), this.imported, on, text);
  }

  private row(seen: SeenCall, row: Api): void {
    if (!holds(seen, row.when)) return;
    const taker = seen.consumer === 'assignment' ? seen.uses[0] : seen.consumer;
    if (row.consumers && !row.consumers.test(taker ?? '')) return;
    // What an object hashes to there is for sets and dictionaries of this process.
    if (row.rule === 'py-hash-str' && seen.context.uncalled === '__hash__') return;
    const { cell, context } = seen;
    const place = { api: row.api, cell, range: seen.call.callee, context, call: seen, row };
    if (row.seed) {
      const given = argumentOf(seen, row.seed.names, row.seed.at);
      if (given.is === 'unknown') return;
      if (given.is === 'given' && !isNone(given.value)) return this.ownSeed(seen, row, given);
    }
    if (row.reach) this.draw(row, row.reach, place);
    else this.add({ ...place, rule: row.rule, verdict: 'unseeded' });
  }

  private draw(row: Api, reach: Generator, place: Place): void {
    // What other processes draw is a matter of how they were started (py-fork-rng), or of a loader that seeds them.
    if (place.context.inWorker && (reach === 'numpy' || reach === 'python')) return;
    // What Numba compiles has generators of its own.
    if (place.context.compiled && (reach === 'numpy' || reach === 'python')) {
      return this.drawFrom({ ...row, rule: 'numba-seed' }, 'numba', place);
    }
    this.drawFrom(row, reach, place);
  }

  private drawFrom(row: Api, reach: Generator, place: Place): void {
    const at = { ...place, row };
    const seeding = this.seeded.get(reach);
    if (seeding?.perhaps) return;
    if (seeding === undefined || seeding.varying !== undefined) {
      if (seeding === undefined && !this.drawn.has(reach)) this.drawn.set(reach, place);
      if (place.call) this.unseeded.add(place.call);
      const because = seeding
        ? `seeded with \`${seeding.varying}()\` in cell ${seeding.cell}`
        : notSeeded(reach);
      const reached = seeding ? { enforced: false as const } : {};
      const isUndone = seeding !== undefined || this.reseeded.has(reach);
      this.add({ ...at, rule: row.rule, verdict: 'unseeded', because, isUndone, ...reached });
      return;
    }
    this.add({ ...at, rule: row.rule, ...seededIn(seeding.cell, this.inOrder) });
  }

  private seeds(seen: SeenCall, { generators, names }: { generators: Generator[]; names: string[] }): void {
    const given = argumentOf(seen, names, 0);
    const { context } = seen;
    const place = { api: seen.api, cell: seen.cell, range: seen.call.callee, call: seen };
    if (context.uncalled !== undefined) return this.uncalledSeed(place, context.uncalled);
    // Lightning takes 0, or the number in its environment variable, where none is given.
    const unseeds =
      given.is === 'missing'
        ? seen.api !== 'lightning.seed_everything'
        : given.is === 'given' && isNone(given.value);
    const varying = given.is === 'given' ? this.variesAs(given.value) : undefined;
    const reached = context.compiled ? (['numba'] as const) : generators;
    // A process of its own has generators of its own.
    if (context.inWorker) return;
    for (const generator of reached) {
      if (unseeds) {
        this.seeded.delete(generator);
        this.reseeded.add(generator);
      } else {
        this.late(place, generator);
        this.seeded.set(generator, { cell: seen.cell, ...(varying === undefined ? {} : { varying }) });
      }
    }
    if (unseeds) this.add({ ...place, rule: 'np-seed-none', verdict: 'unseeded' });
    if (varying && given.is === 'given') this.varies(place, varying, given.argument.expression);
    if (context.inLoop && given.is === 'given' && given.value.kind === 'constant') this.inLoop(place);
  }

  /** What makes a value another one each time: a clock, or a draw that nothing has seeded. */
  private variesAs(value: Value): string | undefined {
    if (value.kind === 'varying') return value.api;
    const made = value.kind === 'instance' ? value.made : undefined;
    return made && this.unseeded.has(made) && !GENERATES.test(made.api) ? made.api : undefined;
  }

  /** A function that seeds and that nothing calls seeds nothing; those that others call have other names. */
  private uncalledSeed(place: Omit<Judged, 'rule' | 'verdict'>, name: string): void {
    if (!/seed/i.test(name) || this.idle.has(name)) return;
    this.idle.add(name);
    const because = `as nothing calls \`${name}()\``;
    this.add({ ...place, rule: 'nb-seed-order', verdict: 'too-late', because });
  }

  private late(place: Omit<Judged, 'rule' | 'verdict'> & { call: SeenCall }, generator: Generator): void {
    const first = this.drawn.get(generator);
    if (first === undefined || this.seeded.has(generator)) return;
    const name = this.source(first.cell).slice(first.range.from, first.range.to);
    const because = `as \`${name}\` of cell ${first.cell} has drawn by then`;
    const move = { to: first.context.statement, from: place.call.context.statement };
    this.add({ ...place, rule: 'nb-seed-order', verdict: 'too-late', because, move });
  }

  private inLoop(place: Omit<Judged, 'rule' | 'verdict'>): void {
    this.add({ ...place, rule: 'seed-in-loop', verdict: 'seed-reuse' });
  }

  private ownSeed(seen: SeenCall, row: Api, { value, argument }: Extract<Given, { is: 'given' }>): void {
    const place = { api: row.api, cell: seen.cell, range: seen.call.callee, call: seen, row };
    if (row.seeds) this.seeded.set(row.seeds, { cell: seen.cell });
    const varying = this.variesAs(value);
    if (varying !== undefined) return this.varies(place, varying, argument.expression);
    if (row.shared && value.kind === 'instance' && /^numpy\.random\./.test(value.path)) {
      return this.add({ ...place, rule: row.shared, verdict: 'order-dependent' });
    }
    if (!row.makesStream || value.kind !== 'constant') return;
    if (seen.context.inLoop && row.makesStream === true) return this.inLoop(place);
    const key = `${row.api} ${JSON.stringify(value.value)}`;
    const earlier = this.streams.get(key);
    if (earlier === undefined || (seen.target !== undefined && seen.target === earlier.target))
      this.streams.set(key, seen);
    else if (earlier.cell !== seen.cell || earlier.call.from !== seen.call.from) {
      const rule = row.makesStream === true ? 'seed-reuse' : row.makesStream;
      const replace = { range: argument.expression, text: '' };
      this.add({ ...place, rule, verdict: 'seed-reuse', because: `(cell ${earlier.cell})`, replace });
    }
  }

  private varies(
    place: { api: string; cell: number; range: Range; call: SeenCall },
    api: string,
    range: Range,
  ): void {
    this.add({
      ...place,
      replace: { range, text: '' },
      rule: 'seed-varies',
      verdict: 'unseeded',
      because: `(\`${api}()\`)`,
      enforced: false,
    });
  }

  /** The first word about a place stands: a function may be called before a seed and after it. */
  private add(judged: Judged): void {
    if (this.isRepeated) return;
    const key = `${judged.cell} ${judged.range.from} ${judged.rule}`;
    const verdict = RULES.get(judged.rule)?.verdict ?? judged.verdict;
    if (!this.found.has(key)) this.found.set(key, { ...judged, verdict });
  }
}

type Seeding = { cell: number; perhaps?: true; varying?: string };

/** Helpers of other modules say so in their names; what seeds in these libraries is in the catalogue. */
const SEEDS_BY_NAME =
  /^(?!(random|numpy|scipy|sklearn|torch|tensorflow|keras|jax)\.).*[.:](?!(get|initial|make|generate|new|random|spawn|create|next)_?\w*seed|seed$|SeedSequence)(\w*seed\w*|\w*determinis\w*)$/i;
/** What it makes is a generator, and no number. */
const GENERATES = /\.(default_rng|RandomState|Random|Generator)$/;

/** Clocks that give a date; those that give seconds are read to measure. */
const DATES = /^(datetime|pandas|numpy)\./;

/** NumPy's module itself stands for its global generator. */
function isNone(value: Value): boolean {
  return value.kind === 'constant'
    ? value.value === null
    : value.kind === 'api' && value.path === 'numpy.random';
}
