/** `git` in one folder, quietly: no hook, no prompt, no lock that is not needed, no watcher, and words in English. */
import { existsSync } from 'node:fs';
import type { SimpleGit } from 'simple-git';

/** Milliseconds after which a command that says nothing is ended. */
const PATIENCE = 20_000;

/** The only variables of git's own that are kept: where it is called from a hook, the others name that repository. */
const KEPT = /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/i;
/** What lets the user in at servers, besides their configuration: kept only where one is asked. */
const ACCESS =
  /^(GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|CONFIG_COUNT|CONFIG_(KEY|VALUE)_\d+|(SSL|HTTP|PROXY)_\w+)|SSH_ASKPASS(_REQUIRE)?)$/;
/** What starts another program, or makes simple-git refuse to start. */
const DROPPED = /^(GIT_.*|EDITOR|VISUAL|PAGER|PREFIX|SSH_ASKPASS)$/i;

const QUIET = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_LITERAL_PATHSPECS: '1',
  LC_ALL: 'C',
};

/** A split index or a watcher would leave files in the repository; hooks run for the index and for refs too. */
const CONFIG = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.splitIndex=false',
  'core.logAllRefUpdates=false',
  'core.safecrlf=false',
  'core.quotePath=false',
  'gc.auto=0',
  'maintenance.auto=false',
];

export type Options = {
  /** Further variables. */
  env?: Record<string, string>;
  /** `name=value`, for this command alone. */
  config?: readonly string[];
  /** What it reads from stdin. */
  input?: string;
  /** Milliseconds. */
  patience?: number;
  /** It asks a server, as the user. */
  access?: boolean;
  signal?: AbortSignal;
};

/**
 * Why `git` did not do it. `missing`: there is no git on PATH; `timeout`, `lost`: it was ended before it was done, or its
 * server went away, and what it was to do there may be done; `refused`: what git itself said.
 */
export class GitError extends Error {
  constructor(
    readonly reason: 'missing' | 'timeout' | 'lost' | 'refused',
    message: string,
    /** All of it that git said. */
    readonly said = message,
  ) {
    super(message);
    this.name = 'GitError';
  }
}

export class Git {
  constructor(readonly folder: string) {}

  /**
   * @returns what it printed
   * @throws GitError
   */
  async run(args: readonly string[], options: Options = {}): Promise<string> {
    if (!existsSync(this.folder)) throw new GitError('refused', 'the folder is not there');
    const env = { ...inherited(options.access), ...QUIET, ...options.env };
    const git = await this.git(env, options);
    try {
      return await git.env(env).raw([...args]);
    } catch (error) {
      throw reasonOf(error);
    }
  }

  /** The first line that it prints; undefined where git refuses. */
  async line(...args: string[]): Promise<string | undefined> {
    try {
      return (await this.run(args)).split('\n', 1)[0]?.trim() || undefined;
    } catch (error) {
      if (error instanceof GitError && error.reason === 'refused') return undefined;
      throw error;
    }
  }

  private async git(env: Record<string, string>, options: Options): Promise<SimpleGit> {
    const { config = [], input, patience = PATIENCE, access = false, signal } = options;
    const { simpleGit } = await import(/* webpackChunkName: "git" */ 'simple-git');
    return simpleGit({
      baseDir: this.folder,
      config: [...CONFIG, ...config],
      timeout: { block: patience },
      ...(input === undefined ? {} : { input: () => input }),
      ...(signal === undefined ? {} : { abort: signal }),
      errors: orKilled,
      allowEnvironment: Object.keys(env),
      // Hooks, watchers and filters are named here to be switched off; the configuration is the user's own.
      unsafe: {
        allowUnsafeHooksPath: true,
        allowUnsafeFsMonitor: true,
        allowUnsafeFilter: true,
        allowUnsafeConfigPaths: true,
        allowUnsafeAskPass: access,
        allowUnsafeSshCommand: access,
        allowUnsafeConfigEnvCount: access,
        allowUnsafeCredentialHelper: access,
        allowUnsafeUrlRewrite: access,
      },
    });
  }
}

const KILLED = 'git was ended before it was done';

/** Of what a signal ended, as the system's that was out of memory, simple-git says that all is well. */
function orKilled(
  error: Buffer | Error | undefined,
  { exitCode }: { exitCode: number | null },
): Buffer | Error | undefined {
  return error ?? (exitCode === null ? new Error(KILLED) : undefined);
}

function inherited(access = false): Record<string, string> {
  const isKept = (name: string): boolean =>
    KEPT.test(name) || !DROPPED.test(name) || (access && ACCESS.test(name));
  const kept = Object.entries(process.env).filter(([name]) => isKept(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function reasonOf(error: unknown): GitError {
  const message = error instanceof Error ? error.message : String(error);
  if (/\bENOENT\b/.test(message)) return new GitError('missing', 'git is not installed');
  if (/block timeout reached/.test(message)) return new GitError('timeout', 'git took too long');
  if (message.includes(KILLED)) return new GitError('lost', KILLED);
  const said = message.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  return new GitError(
    'refused',
    (said.find((line) => /^(fatal|error):/.test(line)) ?? said[0] ?? 'git failed').trim(),
    message,
  );
}
