import { Option } from 'commander';

export function snapshotOption(): Option {
  return new Option(
    '--no-snapshot',
    'do not keep the files as they are at the start in git (refs/reprise/<run>)',
  );
}
