import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Loaded } from '../../../src/environment/fingerprint';
import { Store } from '../../../src/lineage/store';
import type { Judgement } from '../../../src/replay/documents';
import {
  asRecorded,
  beatenForecast,
  forecast,
  forecastWords,
  isBeaten,
  type Place,
} from '../../../src/replay/forecast';
import { temporaryFolder } from '../lineage/build';
import { type CellSpec, record, type RunSpec } from './build';

const blas = (threads: number): Loaded => ({
  libraries: [{ name: 'openblas', api: 'blas', of: 'numpy', threads }],
  how: {},
  unavailable: {},
});
const H100 = 'NVIDIA H100 80GB HBM3';
const onGpu = { environment: { gpus: [{ product: H100, driver: '570.1' }] } };
const bare: Place = { cores: 2, gpu: { count: 0 } };

function told(
  spec: { cells?: CellSpec[]; run?: RunSpec; loaded?: Loaded },
  place: Place = bare,
  options: Partial<Parameters<typeof forecast>[2]> = {},
) {
  const made = { ...record(spec.cells ?? [{}], spec.run), ...(spec.loaded ? { loaded: spec.loaded } : {}) };
  return forecast(made, place, { policy: 'close', tolerance: false, isPinned: false, ...options });
}

describe('the forecast of a replay', () => {
  it('is the same where nothing is known to differ, and says what is open', () => {
    const same = told({ loaded: blas(2) });
    expect(same.best).toBe('identical');
    expect(forecastWords(same)).toBe(
      'Same is expected, if the image has the recorded packages and the node a processor of the same kind.',
    );
    expect(forecastWords(told({}, bare, { isPinned: true }))).toMatch(/if the node has a processor/);
  });

  it.each<[string, Place, string]>([
    [
      'another architecture',
      { cores: 2, gpu: { count: 1, product: 'NVIDIA-A100-SXM4-40GB' } },
      'another GPU',
    ],
    ['no GPU', bare, 'no GPU is asked for'],
    ['more of them', { cores: 2, gpu: { count: 2, product: 'NVIDIA-H100-80GB-HBM3' } }, '1 GPU, not 2'],
  ])('differs on %s', (_, place, why) => {
    const other = told({ run: onGpu }, place);
    expect(other.best).toBe('different');
    expect(other.because.join()).toContain(why);
    expect(told({ run: onGpu }, place, { tolerance: true }).best).toBe('within-tolerance');
  });

  it('is the same on the same product, as a node is labelled', () => {
    expect(told({ run: onGpu }, { cores: 2, gpu: { count: 1, product: 'NVIDIA-H100-80GB-HBM3' } }).best).toBe(
      'identical',
    );
  });

  it('counts threads where no policy fixes them', () => {
    const place = { cores: 1, gpu: { count: 0 } };
    const four = told({ loaded: blas(4) }, place);
    // A short sum is never split.
    expect(four.best).toBe('identical');
    expect(forecastWords(four)).toBe(
      'Same is possible, and where sums are long Different: openblas split its sums over 4 threads, and 1 processor is asked for (--cpu 4 asks for as many).',
    );
    expect(told({ loaded: blas(4) }, place, { policy: 'full' }).perhaps).toEqual([]);
  });

  it('is different, whatever the place, where no seed reached a draw or an operation has no deterministic form', () => {
    const entropy = [{ source: 'uuid4', reach: 'unreached' as const, count: 1 }];
    const drew = told({ cells: [{}, { entropy }] }, bare, { tolerance: true });
    expect([drew.best, drew.because]).toEqual(['different', ['no seed reached what cell 1 drew']]);
    const operation = told({ cells: [{ operations: [{ op: 'ctc_loss_backward' }] }] });
    expect(forecastWords(operation)).toBe(
      'Different is expected: cell 0 ran ctc_loss_backward, which has no deterministic form.',
    );
  });

  it('says what of a GPU the original took', () => {
    const summary = { durationMs: 600_000 };
    const spent = told({ run: { ...onGpu, summary } }, { cores: 2, gpu: { count: 1 } });
    expect(forecastWords(spent)).toContain('The original took 10 GPU minutes.');
  });

  it('is beaten by a better verdict only', () => {
    expect(isBeaten({ best: 'different' }, 'identical')).toBe(true);
    expect(isBeaten({ best: 'identical' }, 'identical')).toBe(false);
    expect(isBeaten({ best: 'identical' }, 'different')).toBe(false);
    expect(isBeaten({ best: 'different' }, 'unverifiable')).toBe(false);
  });

  it('is held against the verdict of the run that it was of, wherever that went', () => {
    const store = new Store(temporaryFolder());
    const run = '20261126-101112-abcdef';
    mkdirSync(store.runFolder(run), { recursive: true });
    const judged = { verdict: 'identical', replays: [run] } as unknown as Judgement;
    expect(beatenForecast(store, judged)).toBeUndefined();
    const foretold = { best: 'different', because: ['cell 0 drew'] };
    writeFileSync(path.join(store.runFolder(run), 'target.json'), JSON.stringify({ forecast: foretold }));
    expect(beatenForecast(store, judged)).toMatch(/^Better than was foretold: cell 0 drew\. /);
    expect(beatenForecast(store, { ...judged, verdict: 'different' })).toBeUndefined();
  });

  it('has a place as the original was where nobody says otherwise', () => {
    const made = { ...record([{}], onGpu), loaded: blas(8) };
    expect(asRecorded(made)).toEqual({ cpu: 8, gpu: { count: 1, product: 'NVIDIA-H100-80GB-HBM3' } });
    expect(asRecorded(record([{}]))).toEqual({});
  });
});
