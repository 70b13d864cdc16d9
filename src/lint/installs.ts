/** Packages that a magic or a shell line installs without saying which version. */
const INSTALL = /\b(?:uv\s+)?(?:pip3?|conda|mamba|micromamba)\s+install\b((?:&(?!&)|[^\n;&|])*)/g;
const TAKES_VALUE =
  /^(-[cifrt]|-n|--(index-url|extra-index-url|find-links|constraint|requirement|target|channel|name|prefix|file|progress-bar|upgrade-strategy|root|log|timeout|retries|platform|python-version|implementation|abi|cache-dir|src|trusted-host|proxy|cert|no-binary|only-binary))$/;

/** The lines of a file of requirements that leave a version open. */
export function unpinnedLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/\s*(#.*|;.*|--hash.*)$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-') && isUnpinned(line.replace(/\s+/g, '')));
}

/** Files of requirements that are installed: `-r requirements.txt`. */
export function filesIn(line: string): string[] {
  return [...line.matchAll(INSTALL)].flatMap(([, rest]) =>
    [...(rest ?? '').matchAll(/(?:^|\s)(?:-r\s*|--requirement[= ]\s*)("[^"]+"|'[^']+'|\S+)/g)].map(
      ([, name]) => name!.replace(/^["']|["']$/g, ''),
    ),
  );
}

export function unpinnedIn(line: string): string[] {
  return packagesIn(line).filter(isUnpinned);
}

/** The packages that a line installs, as it names them. */
export function packagesIn(line: string): string[] {
  const text = line.replace(/\\\r?\n/g, ' ');
  return [...text.matchAll(INSTALL)].flatMap(([, rest]) => {
    const words = (rest ?? '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
    const packages: string[] = [];
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!.replace(/^["']|["']$/g, '');
      if (/^#|^\d*[<>]|^&/.test(word)) break;
      if (TAKES_VALUE.test(word)) i += 1;
      else if (!word.startsWith('-')) packages.push(word);
    }
    return packages;
  });
}

function isUnpinned(word: string): boolean {
  // A variable, a path, or what is no name of a package.
  if (/[{}$]/.test(word) || /^[./~]/.test(word)) return false;
  if (/^(git\+|https?:)/.test(word)) return !/@[0-9a-f]{40}\b|#sha256=|\.whl$/.test(word);
  return (
    /^[A-Za-z0-9]/.test(word) &&
    !/(^|[^<>~!=])={1,3}[\w.!+-]+$/.test(word.replace(/==\d+(\.\d+)*\.\*$/, '=*'))
  );
}
