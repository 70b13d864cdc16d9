/** The extension's settings, each read in one place. */
import { homedir } from 'node:os';
import path from 'node:path';
import type { RuleLevels } from '../lint/lint';

/** Every setting that `package.json` contributes. */
export const SETTINGS = {
  python: 'reprise.python',
  jupyterServer: 'reprise.jupyterServer',
  startTimeout: 'reprise.startTimeout',
  lintShow: 'reprise.lint.show',
  lintRules: 'reprise.lint.rules',
  lintExclude: 'reprise.lint.exclude',
  reattach: 'reprise.kubernetes.reattach',
} as const;

export type SettingKey = (typeof SETTINGS)[keyof typeof SETTINGS];

/** What a notebook's folder in the workspace says a setting is; `folder` is that folder, where there is one. */
export type Read = (key: SettingKey, uri?: string) => { value: unknown; folder?: string };

const START_SECONDS = 60;

type Level = RuleLevels[string];
const LEVELS: readonly Level[] = ['error', 'warning', 'info', 'off'];

export class Settings {
  constructor(
    private readonly read: Read,
    private readonly home = homedir(),
  ) {}

  /** The Python that is set for a notebook, absolute; a relative path begins at its folder in the workspace. */
  python(uri: string): string | undefined {
    const { value, folder } = this.read(SETTINGS.python, uri);
    const given = text(value);
    if (given === undefined) return undefined;
    if (given === '~' || given.startsWith('~/')) return path.join(this.home, given.slice(1));
    // A bare name such as `python3.12` is looked up on PATH.
    return given.includes('/') && folder !== undefined ? path.resolve(folder, given) : given;
  }

  /** The Jupyter Server to use instead of one of our own, without its token. */
  jupyterServer(): string | undefined {
    return text(this.read(SETTINGS.jupyterServer).value);
  }

  /** For which notebooks findings are underlined; they are counted for all. */
  lintShow(uri: string): 'optedIn' | 'always' | 'never' {
    const { value } = this.read(SETTINGS.lintShow, uri);
    return value === 'always' || value === 'never' ? value : 'optedIn';
  }

  /** What findings of a rule count as, by its id. */
  lintRules(uri: string): RuleLevels {
    const { value } = this.read(SETTINGS.lintRules, uri);
    const given = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(
      given.filter((entry): entry is [string, Level] => LEVELS.includes(entry[1] as Level)),
    );
  }

  /** Globs of paths from the workspace folder that are not linted. */
  lintExclude(uri: string): string[] {
    const { value } = this.read(SETTINGS.lintExclude, uri);
    const given: unknown[] = Array.isArray(value) ? value : [];
    return given.filter((glob) => typeof glob === 'string').filter((glob) => glob !== '');
  }

  /** Whether runs that go on in a cluster are taken up again when a window opens. */
  reattaches(): boolean {
    return this.read(SETTINGS.reattach).value !== false;
  }

  /** How long a kernel may take to start. */
  startSeconds(uri: string): number {
    const { value } = this.read(SETTINGS.startTimeout, uri);
    return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? value : START_SECONDS;
  }
}

function text(value: unknown): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? undefined : trimmed;
}
