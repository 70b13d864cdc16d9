/** Addresses of remotes as they may stand in a record: nothing in them lets anybody in. */

/**
 * The address without user, password, token, query and fragment; `local` for a path on this machine. Of a transport of
 * somebody's own (`codecommit::…`) only its name: what stands after it can be anything.
 */
export function withoutCredentials(url: string): string {
  const address = url.trim();
  const helper = /^([a-z0-9+.-]+)::/i.exec(address);
  if (helper) return `${helper[1]}::`;
  if (isPath(address)) return 'local';
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(address)?.[0] ?? '';
  const rest = address.slice(scheme.length).replace(/[?#].*$/s, '');
  return scheme + afterUser(rest);
}

/**
 * The address as another machine can ask it, which brings what lets it in: the user of ssh, who is everybody's, stays.
 * Undefined for what is on this machine, or needs a program or a configuration of its user's.
 */
export function addressElsewhere(url: string): string | undefined {
  if (/^[\w.][\w.-]*@[\w.][\w.-]*:[^:\s-]\S*$/.test(url)) return url;
  const address = URL.parse(url);
  if (!/^(https?|ssh):$/.test(address?.protocol ?? '') || !address!.hostname) return undefined;
  const { protocol, username, host, pathname } = address!;
  return `${protocol}//${protocol === 'ssh:' && username ? `${username}@` : ''}${host}${pathname}`;
}

function isPath(address: string): boolean {
  if (/^file:/i.test(address)) return true;
  // A drive letter is no host.
  return /^([/~.\\]|[a-z]:[\\/])/i.test(address) || !address.includes(':');
}

/** A password that was not encoded may hold any character: all before the last `@` of it goes. */
function afterUser(rest: string): string {
  const authority = /^[^/]*/.exec(rest)![0];
  const isWhole = authority.includes('@') || !/:[^/0-9]/.test(authority) || !rest.includes('@');
  const user = isWhole ? authority.lastIndexOf('@') : rest.lastIndexOf('@');
  return rest.slice(user + 1);
}
