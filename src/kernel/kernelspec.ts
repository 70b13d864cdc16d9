import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

export type KernelSpec = {
  argv: string[];
  display_name: string;
  language: 'python' | 'javascript' | 'typescript';
  interrupt_mode: 'signal';
  env: Record<string, string>;
  metadata: { debugger: boolean };
};

export type InstalledKernel = { name: string; folder: string; spec: KernelSpec };

/** What a front end starts for one notebook: everything the agent must know is in the specification. */
export type KernelRequest = {
  python: string;
  agent: string;
  root: string;
  notebook: string;
  /** Of the notebook; Python where it is absent. */
  language?: KernelSpec['language'];
  /** The agent's configuration, without the place of the record: the agent names each run itself. */
  config: Record<string, unknown>;
  /** Variables that must exist before the interpreter does. */
  environment: Record<string, string>;
};

/**
 * Describes the kernel of a notebook. The agent is named by path, not by PYTHONPATH or `-m`: those leak into child
 * processes or put the working folder before the library.
 */
export function describeKernel(
  request: KernelRequest,
  environment: NodeJS.ProcessEnv = process.env,
): InstalledKernel {
  const stem = basename(request.notebook, '.ipynb');
  const place = createHash('sha256').update(`${request.root}\0${request.notebook}`).digest('hex').slice(0, 8);
  const name = `${kernelNameStem(request.notebook)}${place}`;
  const { language = 'python' } = request;
  const folder = join(kernelsFolder(environment), name);
  return {
    name,
    folder,
    spec: {
      argv: [request.python, request.agent, '-f', '{connection_file}'],
      display_name: `Reprise (${stem})`,
      language,
      interrupt_mode: 'signal',
      env: { ...request.environment, REPRISE_CONFIG: join(folder, 'reprise.json') },
      // ipykernel's, which JavaScript kernels have nothing of.
      metadata: { debugger: language === 'python' },
    },
  };
}

/** What the kernel's name begins with on every machine; the end of it tells notebooks of one name apart. */
export function kernelNameStem(notebook: string): string {
  const stem = basename(notebook, '.ipynb');
  return `reprise-${stem.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')}-`;
}

/** Puts the kernel where every Jupyter front end finds it; replaces an earlier one of the same notebook. */
export function installKernel(kernel: InstalledKernel, request: KernelRequest): void {
  mkdirSync(kernel.folder, { recursive: true });
  const config = {
    ...request.config,
    root: request.root,
    notebook: request.notebook,
    run: null,
    runFolder: null,
  };
  write(join(kernel.folder, 'reprise.json'), config);
  write(join(kernel.folder, 'kernel.json'), kernel.spec);
}

/**
 * Copies the agent to `${XDG_DATA_HOME:-~/.local/share}/reprise/agent/<sha256>.pyz` and returns that path: an
 * extension's own folder moves at each update, and a kernelspec must not break by it.
 */
export function settleAgent(agent: string, environment: NodeJS.ProcessEnv = process.env): string {
  const bytes = readFileSync(agent);
  const folder = join(dataHome(environment), 'reprise', 'agent');
  const settled = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.pyz`);
  if (existsSync(settled) && readFileSync(settled).equals(bytes)) return settled;
  mkdirSync(folder, { recursive: true });
  const temporary = `${settled}.${process.pid}`;
  copyFileSync(agent, temporary);
  renameSync(temporary, settled);
  return settled;
}

function kernelsFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment.HOME ?? homedir();
  if (environment.JUPYTER_DATA_DIR) return join(environment.JUPYTER_DATA_DIR, 'kernels');
  if (process.platform === 'darwin') return join(home, 'Library', 'Jupyter', 'kernels');
  if (process.platform === 'win32') return join(environment.APPDATA ?? home, 'jupyter', 'kernels');
  return join(dataHome(environment), 'jupyter', 'kernels');
}

function dataHome(environment: NodeJS.ProcessEnv): string {
  return environment.XDG_DATA_HOME || join(environment.HOME ?? homedir(), '.local', 'share');
}

function write(path: string, content: object): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(content, null, 1) + '\n');
  renameSync(temporary, path);
}
