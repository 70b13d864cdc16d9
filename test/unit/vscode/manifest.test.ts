import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json';
import { commands } from '../../../src/vscode/commands';

const contributed = manifest.contributes.commands;
const ids = contributed.map(({ command }) => command);

describe('the extension manifest', () => {
  it('contributes exactly the commands that are registered', () => {
    expect([...ids].sort()).toEqual(Object.keys(commands).sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names only contributed commands in menus, and every command in the palette with a condition', () => {
    const placed = Object.values(manifest.contributes.menus).flat();
    expect(placed.filter(({ command }) => !ids.includes(command))).toEqual([]);
    const palette = manifest.contributes.menus.commandPalette;
    expect(palette.map(({ command }) => command).sort()).toEqual([...ids].sort());
    expect(placed.filter(({ when }) => !/notebookType == 'jupyter-notebook'/.test(when))).toEqual([]);
  });

  it('runs nothing in a workspace that is not trusted', () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe(false);
    expect(contributed.filter(({ enablement }) => !/isWorkspaceTrusted/.test(enablement))).toEqual([]);
  });

  it('runs beside the notebooks, asks for no proposed API, and needs no newer editor than its types', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest).not.toHaveProperty('enabledApiProposals');
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
  });

  it('has the icon it names', () => {
    const icon = readFileSync(path.join(import.meta.dirname, '../../..', manifest.icon));
    expect(icon.subarray(1, 4).toString()).toBe('PNG');
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([128, 128]);
  });
});
