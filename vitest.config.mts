import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest takes a file's size for its duration where it has not measured it: these are short and take minutes. */
const LONGEST = [
  'session-property.test.ts',
  'session-litmus.test.ts',
  'seal.test.ts',
  'pin.test.ts',
  'example.test.ts',
];

/** So that the last file of a run is a short one, and both workers end at about the same time. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.includes(path.basename(moduleId));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// Deep tiers run for hours: they are picked by name in scripts/test-deep.mjs and never by `vitest run`.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'cli',
          include: ['test/cli/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each file starts kernels of its own; more than two at once only makes timeouts likelier.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'frameworks',
          include: ['test/frameworks/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // Each test keeps both cores of a small machine busy.
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'javascript',
          include: ['test/javascript/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'webview',
          include: ['test/webview/**/*.test.ts'],
          globalSetup: 'test/webview/globalSetup.mjs',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'editor',
          include: ['test/editor/**/*.test.ts'],
          globalSetup: 'test/editor/support/globalSetup.mjs',
          setupFiles: 'test/editor/support/setup.ts',
          // What a window shows comes when its turn comes.
          expect: { poll: { timeout: 30_000 } },
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // Most of the time they wait; more than two editors with their browsers and kernels only make timeouts likelier.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/cluster/support/globalSetup.mjs', 'test/editor/support/globalSetup.mjs'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // There is one cluster, and some of them break it.
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['bench/editor/*.bench.ts'],
          globalSetup: 'test/editor/support/globalSetup.mjs',
          testTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'bench-cluster',
          include: ['bench/cluster.bench.ts'],
          globalSetup: 'test/cluster/support/globalSetup.mjs',
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'deep',
          include: ['test/deep/**/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
