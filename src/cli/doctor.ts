import { execFile } from 'node:child_process';
import { existsSync, accessSync, constants } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { findInterpreter } from '../environment/interpreter';
import { Failure } from '../notebook/failure';
import { findRoot, relativePath } from '../notebook/root';
import { namesIn } from '../lineage/store';
import { EXIT } from './exit';
import { agentPath, type OutputFlags, outputOptions, terminalOf } from './shared';

const execute = promisify(execFile);

type Check = { name: string; ok: boolean; found: string; todo?: string };
type Flags = OutputFlags & { python?: string };

export function doctorCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('doctor [notebook]'))
    .description('what Reprise finds on this machine, and what is missing')
    .addHelpText('before', 'Example: reprise doctor study/train.ipynb\n')
    .option('--python <path>', 'the Python to look at')
    .action(async (notebook: string | undefined, flags: Flags) => {
      const terminal = terminalOf(flags);
      const checks = await examine(resolve(notebook ?? 'notebook.ipynb'), flags.python);
      terminal.document({ schema: 'reprise/doctor/0', ok: checks.every(({ ok }) => ok), checks });
      for (const { name, ok, found, todo } of checks) {
        terminal.say(
          `${ok ? terminal.green('✓') : terminal.red('✗')} ${name.padEnd(12)} ${found}${todo ? `\n    ${todo}` : ''}`,
        );
      }
      done(checks.every(({ ok }) => ok) ? EXIT.good : EXIT.infrastructure);
    });
}

async function examine(notebook: string, option: string | undefined): Promise<Check[]> {
  const root = findRoot(notebook);
  const checks: Check[] = [
    { name: 'Node', ok: true, found: process.version },
    existsSync(agentPath())
      ? { name: 'agent', ok: true, found: 'built' }
      : { name: 'agent', ok: false, found: 'missing', todo: 'Build it: npm ci && npm run build' },
  ];
  try {
    const python = await findInterpreter(notebook, root, option);
    checks.push(...(await examinePython(python.path, python.from)));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    checks.push({ name: 'Python', ok: false, found: 'none', todo: error.message });
  }
  checks.push(examineStore(root));
  return checks;
}

const ASK = `
import json, sys
from importlib.util import find_spec
from importlib.metadata import version
names = ("ipykernel", "jupyter_client", "IPython")
print(json.dumps({"python": sys.version.split()[0], **{n: version(n) if find_spec(n) else None for n in names}}))
`;

async function examinePython(path: string, from: string): Promise<Check[]> {
  const shown = relativePath(process.cwd(), path);
  let answer: Record<string, string | null>;
  try {
    answer = JSON.parse((await execute(path, ['-c', ASK])).stdout) as Record<string, string | null>;
  } catch {
    return [
      {
        name: 'Python',
        ok: false,
        found: `${shown} (${from}) does not start`,
        todo: 'Name another with --python PATH.',
      },
    ];
  }
  const [major, minor] = (answer.python ?? '').split('.').map(Number);
  const fits = major === 3 && (minor ?? 0) >= 9;
  return [
    {
      name: 'Python',
      ok: fits,
      found: `${answer.python} at ${shown} (${from})`,
      ...(fits ? {} : { todo: 'Notebooks run on Python 3.9 or newer.' }),
    },
    answer.ipykernel
      ? { name: 'ipykernel', ok: true, found: `${answer.ipykernel}, IPython ${answer.IPython}` }
      : {
          name: 'ipykernel',
          ok: false,
          found: 'missing',
          todo: `Install it: ${shown} -m pip install ipykernel`,
        },
  ];
}

function examineStore(root: string): Check {
  const store = join(root, '.reprise');
  const shown = relativePath(process.cwd(), store);
  try {
    accessSync(existsSync(store) ? store : dirname(store), constants.W_OK);
  } catch {
    return {
      name: 'records',
      ok: false,
      found: `${shown} cannot be written`,
      todo: 'Give yourself write access to the folder.',
    };
  }
  const runs = namesIn(join(store, 'runs')).length;
  return { name: 'records', ok: true, found: `${shown}, ${runs} ${runs === 1 ? 'run' : 'runs'}` };
}
