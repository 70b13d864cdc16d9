/** From what cells in JavaScript do to what of it does not repeat. */
import { type Judged, notSeeded, seededIn } from '../judged';
import type { Range } from '../python/ast';
import { APIS, METHODS } from '../rules/tfjs';
import type { Api } from '../rules/rule';
import { argumentOf, type Given, isRandom, seedOf } from './arguments';
import { Interpreter } from './interpret';
import { isUnpinned, packageOf, unpinnedIn } from './names';
import type { Program } from './syntax';
import type { Seen, SeenCall, Value, Varying } from './values';

export type ScriptJudged = Judged<SeenCall>;

type Place = { api: string; cell: number; range: Range; call?: SeenCall; row?: Api };

/** @param programs in the order of the cells */
export function judgeJavaScript(programs: readonly Program[]): ScriptJudged[] {
  const interpreter = new Interpreter();
  for (const program of programs) interpreter.run(program);
  interpreter.finish();
  return new Judge().all(interpreter.seen);
}

const ZERO = 'because a seed of 0 counts as none here';

class Judge {
  private readonly found = new Map<string, ScriptJudged>();
  private readonly packages = new Set<string>();
  /** Where a generator was made, by what it is and its seed. */
  private readonly streams = new Map<string, SeenCall>();
  /** The cell that gave `Math.random` a seed. */
  private seeded: number | undefined;

  all(seen: readonly Seen[]): ScriptJudged[] {
    for (const each of seen) this.one(each);
    return [...this.found.values()];
  }

  private one(seen: Seen): void {
    const { cell } = seen;
    switch (seen.seen) {
      case 'import':
        this.packages.add(packageOf(seen.specifier));
        if (isUnpinned(seen.specifier)) this.unpinned(cell, seen.range);
        return;
      case 'text':
        for (const { from, to } of unpinnedIn(seen.text))
          this.unpinned(cell, { from: seen.range.from + from, to: seen.range.from + to });
        return;
      case 'call':
        this.call(seen);
        return;
      case 'reference': {
        const row = APIS.get(seen.api)?.find(({ rule }) => rule === 'js-math-random');
        if (row && !row.seed) this.draw(row, { api: seen.api, cell, range: seen.range });
        return;
      }
      case 'replaced': {
        if (seen.api !== 'Math.random') return;
        const isItself = seen.value.kind === 'api' && seen.value.path === 'Math.random';
        this.seeded = isItself ? undefined : cell;
        return;
      }
      case 'clock':
        this.add({
          rule: 'js-math-random',
          api: seen.api,
          verdict: 'volatile',
          cell,
          range: seen.range,
          title: 'is another time in each run',
        });
    }
  }

  private unpinned(cell: number, range: Range): void {
    this.add({ rule: 'js-cdn-unpinned', verdict: 'volatile', cell, range });
  }

  private call(seen: SeenCall): void {
    if (/^(Math\.)?seedrandom$/.test(seen.api)) return this.seedrandom(seen);
    for (const row of this.rowsOf(seen)) this.row(seen, row);
  }

  private rowsOf({ api, callee, close, text }: SeenCall): readonly Api[] {
    if (!api.startsWith('?.')) return APIS.get(api) ?? [];
    const known = METHODS[api.slice(2)];
    const isLoaded = [...this.packages].some((name) => name.startsWith('@tensorflow/tfjs'));
    return isLoaded && known?.looks.test(text.slice(callee.from, close)) ? APIS.get(known.api)! : [];
  }

  private row(seen: SeenCall, row: Api): void {
    if (!isRandom(seen, row)) return;
    const given = seedOf(seen, row);
    if (given.is === 'unknown') return;
    if (given.is === 'given') this.ownSeed(seen, row, given.value);
    else this.draw(row, { api: row.api, cell: seen.cell, range: seen.callee, call: seen, row }, given.isZero);
  }

  private draw(row: Api, place: Place, isZero = false): void {
    const words = { ...place, rule: row.rule, ...(row.title === undefined ? {} : { title: row.title }) };
    const escape = [...this.packages].some((name) => row.escapes?.packages.test(name))
      ? row.escapes
      : undefined;
    if (escape) this.add({ ...words, verdict: 'unseeded', because: escape.because });
    else if (row.reach === null) this.add({ ...words, verdict: 'unseeded' });
    else if (this.seeded === undefined)
      this.add({ ...words, verdict: 'unseeded', because: isZero ? ZERO : notSeeded(row.reach) });
    else this.add({ ...words, ...seededIn(this.seeded) });
  }

  private ownSeed(seen: SeenCall, row: Api, value: Value): void {
    const place = { api: row.api, cell: seen.cell, range: seen.callee, call: seen, row };
    if (value.kind === 'varying' && this.isVarying(value)) return this.varies(place, value);
    if (!row.makesStream || value.kind !== 'constant') return;
    const key = `${row.api} ${String(value.value)}`;
    const earlier = this.streams.get(key);
    if (earlier === undefined) this.streams.set(key, seen);
    else if (earlier.cell !== seen.cell || earlier.callee.from !== seen.callee.from) {
      const because = `(cell ${earlier.cell})`;
      this.add({ ...place, rule: 'seed-reuse', verdict: 'seed-reuse', because, enforced: false });
    }
  }

  /** What `Math.random` gives once it has a seed is as good as a number. */
  private isVarying({ api }: Varying): boolean {
    return this.seeded === undefined || !APIS.get(api)?.some(({ reach }) => reach === 'javascript');
  }

  /** A generator of its own, or, if it is told so, the one of `Math.random`. */
  private seedrandom(seen: SeenCall): void {
    const row = APIS.get('seedrandom')![0]!;
    const isGlobal = seen.api === 'Math.seedrandom' || isTrue(argumentOf(seen, 'global', undefined, 1));
    if (!isGlobal) return this.row(seen, row);
    const given = isTrue(argumentOf(seen, 'entropy', undefined, 1))
      ? { is: 'missing' as const }
      : seedOf(seen, row);
    const place = { api: seen.api, cell: seen.cell, range: seen.callee, call: seen };
    if (given.is === 'missing') this.draw(row, place);
    const varying = given.is === 'given' && given.value.kind === 'varying' ? given.value : undefined;
    if (varying && this.isVarying(varying)) this.varies(place, varying);
    else this.seeded = given.is === 'missing' ? undefined : seen.cell;
  }

  private varies(place: Place, { api }: Varying): void {
    const because = `(\`${api}()\`)`;
    this.add({ ...place, rule: 'seed-varies', verdict: 'unseeded', because, enforced: false });
  }

  /** The first word about a place stands: a function may be called before a seed and after it. */
  private add(judged: ScriptJudged): void {
    const key = `${judged.cell} ${judged.range.from} ${judged.rule}`;
    if (!this.found.has(key)) this.found.set(key, judged);
  }
}

function isTrue(given: Given): boolean {
  return given.is === 'given' && given.value.kind === 'constant' && Boolean(given.value.value);
}
