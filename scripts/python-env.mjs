/**
 * Private Python environments from the hashed locks in `test/python`, kept in `${XDG_CACHE_HOME:-~/.cache}/reprise`.
 * `node scripts/python-env.mjs NAME` prints the interpreter's path. Plain Node 20, no dependencies.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, isMain, root } from './lib/checkout.mjs';
import { execute, Failure, mustExecute, runScript, say, step } from './lib/steps.mjs';
import { findPython } from './lib/pythons.mjs';

/** Name of a lock → the Python versions it is for, the preferred one first. Optional: tests are skipped without it. */
export const ENVIRONMENTS = {
  'demo-311': { versions: ['3.11', '3.12', '3.13', '3.14'], optional: false },
  'agent-39': { versions: ['3.9'], optional: true },
  'agent-312': { versions: ['3.12'], optional: true },
  'agent-313': { versions: ['3.13'], optional: true },
  'frameworks-311': { versions: ['3.11', '3.12', '3.13'], optional: false },
  'dvc-311': { versions: ['3.11', '3.12', '3.13'], optional: false },
  'exchange-311': { versions: ['3.11', '3.12', '3.13'], optional: false },
  'lint-311': { versions: ['3.11', '3.12', '3.13'], optional: false },
};

/**
 * @returns {Promise<string | null>} path of the environment's interpreter; null when the environment is optional and
 *   no fitting Python is installed.
 * @throws {Failure} when it cannot be made, saying what to install.
 */
export async function ensureEnv(name) {
  const { versions, optional } = ENVIRONMENTS[name];
  const base = await findPython(versions);
  if (base === null && optional) return null;
  if (base === null) throw new Failure(missingPython(versions));
  const lock = path.join(root, 'test', 'python', `${name}.lock`);
  const link = path.join(cacheFolder(), 'test-env', `${name}-${digest(readFileSync(lock), base.build)}`);
  if (await isUsable(link)) return interpreterOf(link);
  await step(`Making the Python ${base.version} environment ${name}`, () => build(base, lock, link));
  return interpreterOf(link);
}

/**
 * A virtual environment cannot be moved, so each build has a folder of its own and the link that makes it the one to
 * use is put in place last: a build that was cut off, or ran beside another, is never half-used.
 */
async function build(base, lock, link) {
  const uv = await ensureUv(base);
  const folder = `${link}.${randomBytes(4).toString('hex')}`;
  mkdirSync(path.dirname(folder), { recursive: true });
  const env = { UV_PYTHON_DOWNLOADS: 'never', VIRTUAL_ENV: undefined };
  try {
    await mustExecute('Making the environment', uv, ['venv', '--quiet', '--python', base.path, folder], {
      env,
    });
    say('  installing its packages');
    const install = ['pip', 'install', '--quiet', '--python', path.join(folder, 'bin', 'python')];
    const options = ['--require-hashes', '--compile-bytecode', '--requirements', lock];
    await mustExecute(`Installing ${path.basename(lock)}`, uv, [...install, ...options], { env });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  symlinkSync(folder, `${folder}.link`);
  renameSync(`${folder}.link`, link);
}

/** @returns {Promise<string>} path of the pinned uv, installed from its own lock. */
export async function ensureUv(base) {
  const hasPip = (await execute(base.path, ['-m', 'pip', '--version'])).code === 0;
  if (!hasPip) return uvOnPath(base);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:'];
  return ensureTool('uv', (target) =>
    mustExecute('Installing uv', base.path, [...pip, '--require-hashes', ...target]),
  );
}

/** @returns {Promise<string>} path of the pinned ruff, which lint is measured beside. */
export async function ensureRuff() {
  const { versions } = ENVIRONMENTS['demo-311'];
  const base = await findPython(versions);
  if (base === null) throw new Failure(missingPython(versions));
  const uv = await ensureUv(base);
  const pip = ['pip', 'install', '--quiet', '--python', base.path, '--require-hashes'];
  return ensureTool('ruff', (target) => mustExecute('Installing ruff', uv, [...pip, ...target]));
}

/** @param install takes the options that say what of which lock goes where */
async function ensureTool(name, install) {
  const lock = path.join(root, 'test', 'python', `${name}.lock`);
  const folder = path.join(cacheFolder(), 'tools', `${name}-${digest(readFileSync(lock), process.arch)}`);
  const tool = path.join(folder, 'bin', name);
  if (existsSync(tool)) return tool;
  say(`  installing ${name}`);
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  await install(['--target', temporary, '-r', lock]);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Somebody else was faster, and theirs is as good.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(tool)) throw error;
  }
  return tool;
}

async function uvOnPath(base) {
  if ((await execute('uv', ['--version'])).code === 0) return 'uv';
  throw new Failure(
    `Python ${base.version} (${base.path}) has no pip, and there is no uv on the PATH.\n` +
      'Install one of them and try again; on Debian: apt-get install python3-pip',
  );
}

function missingPython(versions) {
  const last = versions.at(-1);
  return (
    `No Python ${versions[0]} to ${last} was found on the PATH or under pyenv.\n` +
    'Install it and try again; on Debian 12: apt-get install python3 python3-pip'
  );
}

/** The base interpreter may have been removed since, and the environment with it. */
async function isUsable(link) {
  return existsSync(link) && (await execute(interpreterOf(link), ['-c', ''])).code === 0;
}

function interpreterOf(link) {
  return path.join(realpathSync(link), 'bin', 'python');
}

function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

if (isMain(import.meta)) {
  await runScript(async () => {
    const name = process.argv[2];
    if (!(name in ENVIRONMENTS)) {
      throw new Failure(`Usage: node scripts/python-env.mjs ${Object.keys(ENVIRONMENTS).join('|')}`);
    }
    const python = await ensureEnv(name);
    if (python === null)
      throw new Failure(`No Python ${ENVIRONMENTS[name].versions[0]} was found for ${name}.`);
    console.log(python);
  });
}
