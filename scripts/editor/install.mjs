/**
 * Installs what a real VS Code without a desktop needs: VS Code's server as code-server builds it, and Chromium. The
 * server is pinned and kept in `${XDG_CACHE_HOME:-~/.cache}/reprise/tools`. Plain Node 20, no dependencies.
 * `node scripts/editor/install.mjs` prints the two paths.
 */
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, isMain, node, root } from '../lib/checkout.mjs';
import { execute, Failure, mustExecute, runScript, step } from '../lib/steps.mjs';

const CODE_SERVER = 'code-server@4.139.1';
const INTEGRITY =
  'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==';

/** What the server loads of its libraries, and a logger; code-server's own lock file does not install. */
const LIBRARIES = path.join(root, 'scripts', 'editor', 'code-server');
const LIBRARY_FILES = ['package.json', 'package-lock.json', 'spdlog/package.json', 'spdlog/index.js'];

/** Two built-in extensions that no test needs make up most of what is unpacked. */
const NOT_NEEDED = ['extensions/copilot', 'extensions/mermaid-markdown-features'];

/**
 * @typedef {{ server: string, chromium: string }} Tools `server`: VS Code's `server-main.js`; `chromium`: the browser.
 * @returns {Promise<Tools>}
 * @throws {Failure} when one of them is missing and cannot be had.
 */
export async function ensureEditorTools() {
  const chromium = await ensureChromium();
  return { server: await ensureCodeServer(), chromium };
}

export async function ensureCodeServer() {
  const folder = path.join(cacheFolder(), 'tools', `code-server-${digest()}`);
  const server = path.join(folder, 'out', 'server-main.js');
  if (existsSync(server)) return server;
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await step(`Installing ${CODE_SERVER}`, () => build(temporary));
    renameSync(path.join(temporary, 'package', 'lib', 'vscode'), folder);
  } catch (error) {
    // Somebody else may have been faster, and theirs is as good.
    if (!existsSync(server)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return server;
}

async function build(folder) {
  const pack = ['pack', CODE_SERVER, '--silent', '--pack-destination', folder];
  const archive = path.join(folder, (await mustExecute('npm pack', 'npm', pack)).trim());
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== INTEGRITY) {
    throw new Failure(`The registry's ${CODE_SERVER} is not the one that is pinned: it has ${integrity}.`);
  }
  await mustExecute('Unpacking', 'tar', ['-xzf', archive, '-C', folder, 'package/lib/vscode']);
  const vscode = path.join(folder, 'package', 'lib', 'vscode');
  for (const name of NOT_NEEDED) rmSync(path.join(vscode, name), { recursive: true });

  const libraries = path.join(folder, 'libraries');
  cpSync(LIBRARIES, libraries, { recursive: true });
  const install = ['ci', '--prefix', libraries, '--ignore-scripts', '--no-audit', '--no-fund'];
  await mustExecute('npm ci', 'npm', install);
  renameSync(path.join(libraries, 'node_modules'), path.join(vscode, 'node_modules'));
  cpSync(path.join(libraries, 'spdlog'), path.join(vscode, 'node_modules', '@vscode', 'spdlog'), {
    recursive: true,
  });
}

export async function ensureChromium() {
  const found = await findChromium();
  if (found !== null) return found;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    await step('Installing Chromium (apt-get install chromium)', installChromium);
  }
  const installed = await findChromium();
  if (installed !== null) return installed;
  throw new Failure(
    'No Chromium was found (chromium, chromium-browser, google-chrome on the PATH), and the tests in a real VS Code\n' +
      'need it. Install it and try again; on Debian: apt-get install chromium',
  );
}

async function installChromium() {
  const install = ['install', '-y', '--no-install-recommends', 'chromium'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if ((await execute('apt-get', install, { env })).code === 0) return;
  await mustExecute('apt-get update', 'apt-get', ['update']);
  await mustExecute('apt-get install chromium', 'apt-get', install, { env });
}

/** By path, so that what Playwright starts is what was found. */
async function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  for (const file of candidates.filter(existsSync)) {
    if ((await execute(file, ['--version'])).code === 0) return file;
  }
  return null;
}

function digest() {
  const hash = createHash('sha256').update(INTEGRITY).update(NOT_NEEDED.join('\0'));
  for (const name of LIBRARY_FILES) hash.update(readFileSync(path.join(LIBRARIES, name)));
  // Some of the libraries are native.
  return hash.update(`${process.platform}-${process.arch}`).digest('hex').slice(0, 16);
}

if (isMain(import.meta)) {
  await runScript(async () => {
    if (!existsSync(node)) throw new Failure('The dependencies are not installed; run npm ci first.');
    console.log(JSON.stringify(await ensureEditorTools(), null, 2));
  });
}
