/** Platforms that a lock can be for, by the markers and wheel tags that they take. */
import { type LockedPackage, tagsOf, type Wheel } from './pylock';

export type Platform = { name: string; marker: string; tags: RegExp };

export const PLATFORMS: readonly Platform[] = [
  { name: 'linux-x86_64', marker: "sys_platform == 'linux' and platform_machine == 'x86_64'", tags: /^(any|linux_x86_64|manylinux\w*_x86_64)$/ },
  { name: 'linux-aarch64', marker: "sys_platform == 'linux' and platform_machine == 'aarch64'", tags: /^(any|linux_aarch64|manylinux\w*_aarch64)$/ },
  { name: 'macos-arm64', marker: "sys_platform == 'darwin' and platform_machine == 'arm64'", tags: /^(any|macosx_\w+_(arm64|universal2))$/ },
  { name: 'macos-x86_64', marker: "sys_platform == 'darwin' and platform_machine == 'x86_64'", tags: /^(any|macosx_\w+_(x86_64|universal2|intel))$/ },
  { name: 'windows-x86_64', marker: "sys_platform == 'win32' and platform_machine == 'AMD64'", tags: /^(any|win_amd64)$/ },
]; // prettier-ignore

/** @param platform as `sysconfig.get_platform()` has it: `linux-x86_64`, `macosx-14.0-arm64`, `win-amd64` */
export function platformNamed(platform: string): Platform | undefined {
  const [system, machine] = [platform.split('-')[0], platform.split('-').at(-1)];
  const name = { linux: 'linux', macosx: 'macos', win: 'windows' }[system ?? ''];
  const kind = machine === 'amd64' ? 'x86_64' : machine;
  return PLATFORMS.find((each) => each.name === platform || each.name === `${name}-${kind}`);
}

/** Packages of a lock that a platform has no wheel of. @param python `3.11` */
export function withoutWheel(
  packages: readonly LockedPackage[],
  platform: Platform,
  python: string,
): string[] {
  return packages
    .filter((each) => wheelsFor(each, platform, python).length === 0)
    .map(({ name, version }) => `${name} ${version}`);
}

/** Those that install on a platform. @param python `3.11` */
export function wheelsFor({ wheels }: LockedPackage, platform: Platform, python: string): Wheel[] {
  const minor = python.replace('.', '');
  return wheels.filter((wheel) => {
    const tags = tagsOf(wheel);
    const fits = tags.python.some((tag) => isFor(tag, minor, tags.abi));
    return fits && tags.platform.some((tag) => platform.tags.test(tag));
  });
}

/** `py3`, `cp311`, or an earlier `cp39` with the stable ABI. */
function isFor(tag: string, minor: string, abi: readonly string[]): boolean {
  if (tag === 'py3' || tag === `py${minor}` || tag === `cp${minor}`) return true;
  const earlier = /^(?:cp|py)3(\d+)$/.exec(tag);
  if (earlier === null || Number(earlier[1]) > Number(minor.slice(1))) return false;
  return abi.includes('abi3') || tag.startsWith('py');
}
