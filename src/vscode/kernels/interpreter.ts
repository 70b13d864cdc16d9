/** Which Python a notebook's kernel runs on, and the list to choose another from. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import type { PythonExtension } from '@vscode/python-extension';
import * as vscode from 'vscode';
import { checkedPython } from '../../environment/checked';
import { findInterpreter } from '../../environment/interpreter';
import { javascriptOf } from '../../environment/npm/kernel';
import { findRoot } from '../../notebook/root';
import { recordedPin } from '../../replay/execution/live';
import { settingsFor } from '../../replay/execution/plan';
import type { Settings } from '../settings';
import type { Tools } from '../tools';
import type { Written } from '../languages';
import type { Basis } from './host';
import { asOfAgent, javascriptBasis } from './javascript';
import type { Memory } from './remoteHost';

type Item = vscode.QuickPickItem & { python?: string; browse?: true; reset?: true };

/** Of one start: the pin as ever, built anew whatever else was chosen, or left aside. */
export type PinUse = 'as-ever' | 'restored' | 'without';

export type Progress = {
  signal: AbortSignal;
  onStep: (what: string) => void;
  /** Told of drift that is taken. */
  onDrift: (sentence: string) => void;
};

export type Place = {
  uri: string;
  /** Absolute. */
  path: string;
  written: Written;
};

export class Interpreters {
  constructor(
    private readonly memory: Memory,
    private readonly settings: Pick<Settings, 'python'>,
    private readonly tools: Tools,
  ) {}

  /**
   * What was picked for the notebook, checked against its pin; else the pin, built where it is absent; else as without one.
   * @throws Failure `drift`, `no-python`, `no-javascript-kernel`, and those of a restore
   */
  async basisFor({ uri, path, written }: Place, use: PinUse, progress: Progress): Promise<Basis> {
    const settings = settingsFor(path, {});
    if (javascriptOf(written) !== undefined) {
      const python = await this.pythonFor(uri, path).catch((error: unknown) => {
        throw asOfAgent(error);
      });
      const { uvLock } = this.tools;
      return javascriptBasis({ path, written, settings }, python, use, { uvLock, ...progress });
    }
    if (settings.sidecar?.pin === undefined || use === 'without') {
      return { python: await this.pythonFor(uri, path) };
    }
    if (use === 'restored') await this.memory.update(keyOf(uri), undefined);
    const { path: python, edits } = await checkedPython(
      { path, root: settings.root, sidecar: settings.sidecar },
      {
        agent: this.tools.agent(),
        uvLock: this.tools.uvLock,
        variables: {},
        refuses: settings.policy === 'full' && 'policy',
        python: this.chosen(uri),
        repair: use === 'restored',
        ...progress,
      },
    );
    return { python, pin: recordedPin(settings, edits) };
  }

  /** Without the pin: what was picked, else the setting, else what the command line would take. @throws Failure `no-python` */
  async pythonFor(uri: string, path: string): Promise<string> {
    const option = this.chosen(uri) ?? this.settings.python(uri);
    return (await findInterpreter(path, findRoot(path), option)).path;
  }

  chosen(uri: string): string | undefined {
    const value = this.memory.get(keyOf(uri));
    return typeof value === 'string' ? value : undefined;
  }

  /** @returns whether another was chosen */
  async pick({ uri, path, written }: Place, current: string | undefined): Promise<boolean> {
    const items = await this.items(uri, path, current);
    const picked = await vscode.window.showQuickPick(items, {
      title:
        javascriptOf(written) === undefined
          ? 'Python for this notebook'
          : 'Python of the agent that keeps the record of this notebook, which is in JavaScript',
      placeHolder: 'The kernel starts anew with the one you choose',
      matchOnDescription: true,
    });
    if (picked === undefined) return false;
    const python = picked.browse ? await browse() : picked.python;
    if (python === undefined && !picked.reset) return false;
    const before = this.chosen(uri);
    await this.memory.update(keyOf(uri), picked.reset ? undefined : python);
    return before !== python || (python !== undefined && current !== undefined && python !== current);
  }

  private async items(uri: string, path: string, current: string | undefined): Promise<Item[]> {
    const found = new Map<string, Item>();
    const add = (python: string | undefined, description: string, label?: string): void => {
      if (python === undefined || found.has(python) || !existsSync(python)) return;
      const mark = python === current ? '$(check) ' : '';
      found.set(python, {
        label: mark + (label ?? short(python)),
        description,
        detail: label && short(python),
        python,
      });
    };
    add(this.settings.python(uri), 'the setting reprise.python');
    const usual = await findInterpreter(path, findRoot(path), undefined).catch(() => undefined);
    add(usual?.path, `found as the command line finds it (${usual?.from ?? ''})`);
    for (const folder of [dirname(path), findRoot(path)])
      add(join(folder, '.venv', 'bin', 'python'), '.venv');
    for (const { python, label } of await pythonExtensionEnvironments())
      add(python, 'Python extension', label);
    const usualItem: Item = {
      label: '$(discard) As the command line would',
      description: 'the pin, the setting, the active environment, .venv, python3',
      reset: true,
    };
    return [
      ...found.values(),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      { label: '$(folder) Find another…', browse: true },
      ...(this.chosen(uri) === undefined ? [] : [usualItem]),
    ];
  }
}

/** Environments of the Python extension, where it is installed; nothing here depends on it. */
async function pythonExtensionEnvironments(): Promise<{ python: string; label: string }[]> {
  const extension = vscode.extensions.getExtension<PythonExtension>('ms-python.python');
  if (extension === undefined) return [];
  try {
    const { environments } = await extension.activate();
    return environments.known.flatMap(({ executable, environment, version }) => {
      const python = executable.uri?.fsPath;
      const name = environment?.name ?? environment?.type ?? 'Python';
      return python ? [{ python, label: `${name} (${version?.major ?? '?'}.${version?.minor ?? '?'})` }] : [];
    });
  } catch {
    return [];
  }
}

async function browse(): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'Choose a Python interpreter',
    canSelectMany: false,
  });
  return files?.[0]?.fsPath;
}

function keyOf(uri: string): string {
  return `python ${uri}`;
}

function short(file: string): string {
  return file.startsWith(`${homedir()}/`) ? `~${file.slice(homedir().length)}` : file;
}
