import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest takes the size of a file for its duration where it has not measured it: these are short and take minutes. */
const LONGEST = ['session-property.test.ts', 'session-litmus.test.ts', 'seal.test.ts', 'pin.test.ts'];

/** So that the last file of a run is a short one, and both workers end at about the same time. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.includes(path.basename(moduleId));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
