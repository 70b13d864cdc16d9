/** What `git status --porcelain=v2 -z --branch` says. */

export type Change = {
  path: string;
  /** Of the working tree against the index. `unmerged`: a conflict of a merge in progress. */
  how: 'changed' | 'deleted' | 'unmerged' | 'staged-only';
  /** Of a submodule: its own files differ from its commit. */
  submodule?: { dirty: boolean };
};

export type Status = {
  /** Undefined on a branch without a commit. */
  commit?: string;
  /** Undefined where HEAD is detached. */
  branch?: string;
  /** Tracked files that differ from the commit or from the index. */
  changes: Change[];
  /** Files, and with `/` at the end repositories of their own. */
  untracked: string[];
};

const NULL = '\0';

export function parseStatus(text: string): Status {
  const status: Status = { changes: [], untracked: [] };
  for (const entry of text.split(NULL)) {
    if (entry.startsWith('# branch.oid ')) status.commit = commitOf(entry.slice(13));
    else if (entry.startsWith('# branch.head ')) status.branch = branchOf(entry.slice(14));
    else if (entry.startsWith('? ')) status.untracked.push(entry.slice(2));
    else if (/^[1u] /.test(entry)) status.changes.push(changeOf(entry));
  }
  return status;
}

/** `1 XY sub mH mI mW hH hI path`, or `u XY sub m1 m2 m3 mW h1 h2 h3 path`. */
function changeOf(entry: string): Change {
  const before = entry.startsWith('u') ? 10 : 8;
  const fields = entry.split(' ');
  const [kind, states = '..', sub = 'N...'] = fields;
  const path = fields.slice(before).join(' ');
  const inTree = fields[kind === 'u' ? 6 : 5];
  return { path, how: howOf(kind, states, inTree), ...submoduleOf(sub) };
}

function howOf(kind: string | undefined, states: string, inTree: string | undefined): Change['how'] {
  if (kind === 'u') return inTree === '000000' ? 'deleted' : 'unmerged';
  if (states[1] === '.') return 'staged-only';
  return states[1] === 'D' ? 'deleted' : 'changed';
}

function submoduleOf(sub: string): Pick<Change, 'submodule'> {
  return sub.startsWith('S') ? { submodule: { dirty: sub.includes('M') || sub.includes('U') } } : {};
}

function commitOf(text: string): string | undefined {
  return isCommit(text) ? text : undefined;
}

function branchOf(text: string): string | undefined {
  return text === '(detached)' ? undefined : text;
}

export function isCommit(text: unknown): text is string {
  return typeof text === 'string' && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
