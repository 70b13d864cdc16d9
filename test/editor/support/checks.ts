import type { ExtensionHost } from './host';

export type InstalledReprise = {
  /** of the extension */
  folder: string;
  active: boolean;
  /** ids of the commands in its manifest */
  contributed: string[];
  /** those of them that nothing answers to */
  missing: string[];
};

/** @returns once Reprise has been activated by what is open. */
export function installedReprise(host: ExtensionHost): Promise<InstalledReprise> {
  return host.evaluate(async (vscode) => {
    const reprise = vscode.extensions.getExtension('reprise.reprise');
    if (reprise === undefined) throw new Error('Reprise is not installed');
    for (let waited = 0; !reprise.isActive && waited < 20_000; waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { contributes } = reprise.packageJSON as { contributes: { commands: { command: string }[] } };
    const contributed = contributes.commands.map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    return {
      folder: reprise.extensionPath,
      active: reprise.isActive,
      contributed,
      missing: contributed.filter((command) => !registered.has(command)),
    };
  });
}
