import type { Locked } from './locked';
import { requirementLine } from './requirements';

/**
 * `environment.yml`: Python by conda, and the wheels of the lock by pip, which takes none but these. Packages of conda
 * would be other builds, which give other numbers.
 */
export function environmentText({ name, lock, python, packages }: Locked): string {
  return [
    `# What ${lock} locks. Made by "reprise export"; change the pin instead of this file.`,
    '# Create it with: conda env create -f FILE',
    `name: ${JSON.stringify(name)}`,
    'channels:',
    '  - conda-forge',
    'dependencies:',
    `  - python=${python}`,
    '  - pip',
    '  - pip:',
    '      - --require-hashes',
    '      - "--only-binary :all:"',
    ...packages.map((each) => `      - ${JSON.stringify(requirementLine(each, ' '))}`),
    '',
  ].join('\n');
}
