import type { Locked, LockedRequirement } from './locked';

/** `requirements.txt` with a sha256 for every wheel: for `pip install --require-hashes`. */
export function requirementsText({ lock, python, packages }: Locked): string {
  const header = [
    `# What ${lock} locks, for Python ${python}. Made by "reprise export"; change the pin instead of this file.`,
    '# Install it with: pip install --require-hashes --only-binary :all: --no-deps -r FILE',
  ];
  return [...header, ...packages.map((each) => requirementLine(each, ' \\\n    ')), ''].join('\n');
}

/** @param separator between the parts of a requirement */
export function requirementLine(
  { name, version, marker, sha256, url }: LockedRequirement,
  separator: string,
): string {
  // A direct address ends at a space, so that its marker is not taken for a part of it.
  const what = url === undefined ? `${name}==${version}` : `${name} @ ${url}`;
  const requirement = marker === undefined ? what : `${what} ; ${marker}`;
  return [requirement, ...sha256.map((digest) => `--hash=sha256:${digest}`)].join(separator);
}
