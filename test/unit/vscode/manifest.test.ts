import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json';
import { RULES } from '../../../src/lint/rules';
import { commands } from '../../../src/vscode/commands';
import { SETTINGS } from '../../../src/vscode/settings';
import { HOVER_COMMANDS } from '../../../src/vscode/status/hover';
import { keysIn } from './when';

const root = path.resolve(import.meta.dirname, '../../..');
const { contributes, capabilities } = manifest;
const contributed = contributes.commands;
const ids = contributed.map(({ command }) => command);
const menus = Object.values(contributes.menus).flat();

/** Context keys that VS Code itself sets. */
const KNOWN_KEYS = [
  ...['isWorkspaceTrusted', 'notebookType', 'notebookKernel', 'editorLangId', 'view', 'viewItem'],
  // Ours: set where a run went to a cluster.
  'reprise.hasReplays',
];

describe('commands', () => {
  it('are each contributed once and defined once', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(commands.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('have their ids from the manifest', () => {
    execFileSync(process.execPath, ['scripts/command-ids.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  });

  it.each(contributed)(
    '$command has a title, the category and an enablement',
    ({ title, category, enablement }) => {
      expect(title).toMatch(/^[A-Z]/);
      expect(category).toBe('Reprise');
      expect(enablement).not.toBe('');
    },
  );

  it('that run code are enabled only in a trusted workspace, the others in any', () => {
    const wantTrust = contributed.filter(({ enablement }) => /\bisWorkspaceTrusted\b/.test(enablement));
    const runCode = commands.filter(({ runsCode }) => runsCode).map(({ id }) => id);
    expect(wantTrust.map(({ command }) => command).sort()).toEqual([...runCode].sort());
  });

  it('are each in the palette, with a condition', () => {
    const palette = contributes.menus.commandPalette;
    expect(palette.map(({ command }) => command).sort()).toEqual([...ids].sort());
    expect(palette.filter(({ when }) => when === '')).toEqual([]);
  });

  it('in menus and the hover are contributed, and those among the buttons have an icon', () => {
    expect(
      [...menus.map(({ command }) => command), ...HOVER_COMMANDS].filter((id) => !ids.includes(id)),
    ).toEqual([]);
    const buttons = contributes.menus['notebook/toolbar'].filter(({ group }) =>
      group.startsWith('navigation'),
    );
    expect(buttons.map(({ command }) => command)).toEqual([
      'reprise.runAll',
      'reprise.replayHere',
      'reprise.showReport',
    ]);
    for (const { command } of buttons) {
      expect(contributed.find((one) => one.command === command)?.icon).toMatch(/^\$\([a-z-]+\)$/);
    }
  });

  it('appear under conditions that can be read, and that name only keys there are', () => {
    const clauses = [...contributed.map(({ enablement }) => enablement), ...menus.map(({ when }) => when)];
    const keys = new Set(clauses.flatMap(keysIn));
    expect([...keys].filter((key) => !KNOWN_KEYS.includes(key))).toEqual([]);
  });
});

describe('settings', () => {
  const properties: Record<string, { scope: string; markdownDescription: string }> =
    contributes.configuration.properties;

  it('are each read', () => {
    expect(Object.keys(properties).sort()).toEqual(Object.values(SETTINGS).sort());
    const read = readFileSync(path.join(root, 'src/vscode/settings.ts'), 'utf8');
    for (const name of Object.keys(SETTINGS)) expect(read).toContain(`this.read(SETTINGS.${name}`);
  });

  it.each(Object.entries(properties))('%s says what it does, and where it can differ', (name, setting) => {
    expect(setting.markdownDescription).toMatch(/\.$/);
    // What names programs and servers belongs to a machine, what is shown to a folder.
    expect(setting.scope).toBe(name.startsWith('reprise.lint.') ? 'resource' : 'machine-overridable');
  });

  it('name each rule of lint and no other', () => {
    const { propertyNames } = contributes.configuration.properties['reprise.lint.rules'];
    expect(propertyNames.enum).toEqual([...RULES.keys()].sort());
  });

  it('that lead to code or to a server are not taken from a workspace that is not trusted', () => {
    expect(capabilities.untrustedWorkspaces.supported).toBe('limited');
    const restricted = capabilities.untrustedWorkspaces.restrictedConfigurations;
    expect(restricted).toEqual(['reprise.python', 'reprise.jupyterServer']);
    expect(JSON.stringify(properties)).not.toMatch(/"[^"]*token[^"]*":/i);
  });
});

describe('the walkthrough', () => {
  const [walkthrough, ...more] = contributes.walkthroughs;

  it('has five steps, each ended by its own command', () => {
    expect(more).toEqual([]);
    expect(walkthrough?.id).toBe('reprise.start');
    const steps = walkthrough?.steps.map(({ id, completionEvents }) => [id, ...completionEvents]);
    expect(steps).toEqual([
      ['run', 'onCommand:reprise.runAll'],
      ['replay', 'onCommand:reprise.replayHere'],
      ['verdict', 'onCommand:reprise.showReport'],
      ['pin', 'onCommand:reprise.pin'],
      ['seal', 'onCommand:reprise.seal'],
    ]);
  });

  it('shows texts that are there, with pictures that are described, and leads to commands that are there', () => {
    for (const { media, description } of walkthrough?.steps ?? []) {
      const text = readFileSync(path.join(root, media.markdown), 'utf8');
      expect(text).toMatch(/^!\[\S.{20,}\]\([a-z]+\.png\)$/m);
      const linked = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id!);
      expect(linked.filter((id) => id.startsWith('reprise.') && !ids.includes(id))).toEqual([]);
      expect(linked.length).toBeGreaterThan(0);
    }
  });
});

describe('the extension', () => {
  it('runs beside the notebooks, asks for no proposed API, and needs no newer editor than its types', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest).not.toHaveProperty('enabledApiProposals');
    expect(manifest).not.toHaveProperty('extensionDependencies');
    expect(manifest.engines.vscode).toBe('^1.101.0');
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
  });

  it('does nothing before a Jupyter notebook or a script is opened, one of its commands is called, or where a run went to a cluster', () => {
    const others = manifest.activationEvents.filter((event) => !event.startsWith('onWebviewPanel:reprise.'));
    expect(others).toEqual([
      'onNotebook:jupyter-notebook',
      'onLanguage:python',
      'workspaceContains:**/.reprise/runs/*/target.json',
    ]);
  });

  it('reports to nobody', () => {
    const lock = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
    const built = path.join(root, 'dist');
    const bundles = existsSync(built) ? readdirSync(built).filter((name) => name.endsWith('.js')) : [];
    const texts = [lock, ...bundles.map((name) => readFileSync(path.join(built, name), 'utf8'))];
    for (const text of texts)
      expect(text).not.toMatch(/extension-telemetry|applicationinsights|createTelemetryLogger/);
  });

  it('completes and checks reprise.yaml where the YAML extension is there', () => {
    expect(contributes.yamlValidation).toEqual([
      { fileMatch: 'reprise.yaml', url: './docs/schemas/profiles-1.schema.json' },
    ]);
  });

  it('has the icon it names', () => {
    const icon = readFileSync(path.join(root, manifest.icon));
    expect(icon.subarray(1, 4).toString()).toBe('PNG');
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([128, 128]);
  });
});

describe('the package', () => {
  const ALLOWED = [
    /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
    /^bin\/reprise$/,
    /^dist\/[\w.-]+\.(js|css)$/,
    /^dist\/(agent\.pyz|uv\.lock)$/,
    /^deploy\/base\/rbac\.yaml$/,
    /^docs\/rules\/[a-z\d-]+\.md$/,
    /^docs\/schemas\/profiles-1\.schema\.json$/,
    /^media\/icon\.png$/,
    /^media\/walkthrough\/[a-z]+\.(md|png)$/,
  ];

  it('begins with nothing, and adds what is in it by name', () => {
    const rules = readFileSync(path.join(root, '.vscodeignore'), 'utf8').trim().split('\n');
    expect(rules[0]).toBe('**');
    expect(rules.slice(1).filter((rule) => !rule.startsWith('!') || rule.includes('**'))).toEqual([]);
  });

  it('holds only what is allowed, the walkthrough and the command among it', { timeout: 60_000 }, () => {
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const listed = execFileSync(process.execPath, [vsce, 'ls', '--no-dependencies'], {
      cwd: root,
      encoding: 'utf8',
    });
    const files = listed.trim().split('\n').sort();
    expect(files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)))).toEqual([]);
    const texts = ['pin', 'replay', 'run', 'seal', 'verdict'].map((step) => `media/walkthrough/${step}.md`);
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'bin/reprise',
        'deploy/base/rbac.yaml',
        'docs/schemas/profiles-1.schema.json',
        'media/icon.png',
        ...texts,
      ]),
    );
  });
});
