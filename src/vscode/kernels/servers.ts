/** The existing Jupyter Server that kernels run on, where the user has named one. Its token is kept as a secret. */
import * as vscode from 'vscode';
import { RemoteServer, serverUrl, tokenOf } from '../../kernel/server/remote';
import { Failure } from '../../notebook/failure';
import { SETTINGS, type Settings } from '../settings';
import type { RemoteSettings } from './remoteHost';

export class Servers {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly configured: Pick<Settings, 'jupyterServer'>,
  ) {}

  isUsed(): boolean {
    return this.configured.jupyterServer() !== undefined;
  }

  /** Address and token, as far as they are known: not every editor keeps secrets over a reload. */
  async known(): Promise<RemoteSettings | undefined> {
    const given = this.configured.jupyterServer() ?? '';
    const url = serverUrl(given);
    const token = tokenOf(given) ?? (await this.secrets.get(secretOf(url)));
    return token === undefined ? undefined : { url, token };
  }

  /** Asks for the token where it is not known. @throws Failure `cancelled` */
  async settings(): Promise<RemoteSettings> {
    const known = await this.known();
    if (known) return known;
    const url = serverUrl(this.configured.jupyterServer() ?? '');
    const token = await this.askToken(url);
    if (token === undefined) throw new Failure('infrastructure', 'cancelled', 'Cancelled. Nothing ran.');
    await this.secrets.store(secretOf(url), token);
    return { url, token };
  }

  /** Asks for address and token, checks them, and keeps them. @returns whether anything was changed */
  async ask(): Promise<boolean> {
    const before = this.configured.jupyterServer();
    const address = await vscode.window.showInputBox({
      title: 'Jupyter Server',
      prompt: 'Its address, as `jupyter server list` prints it. Empty: kernels run on this machine.',
      value: before ?? '',
      placeHolder: 'http://localhost:8888/?token=…',
      ignoreFocusOut: true,
      validateInput: (text) => problemOf(text),
    });
    if (address === undefined) return false;
    if (address.trim() === '') {
      await this.keep(undefined);
      return before !== undefined;
    }
    const url = serverUrl(address);
    const token = tokenOf(address) ?? (await this.askToken(url));
    if (token === undefined || !(await this.check(url, token))) return false;
    await this.secrets.store(secretOf(url), token);
    await this.keep(url);
    return true;
  }

  private async askToken(url: string): Promise<string | undefined> {
    return vscode.window.showInputBox({
      title: 'Jupyter Server',
      prompt: `The token of ${url}`,
      password: true,
      ignoreFocusOut: true,
    });
  }

  private async check(url: string, token: string): Promise<boolean> {
    try {
      await new RemoteServer(url, token).check();
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      void vscode.window.showErrorMessage(`${error.message} Nothing was changed.`);
      return false;
    }
  }

  /** In the workspace where there is one: a server's folders are those of one project. */
  private async keep(url: string | undefined): Promise<void> {
    const { Workspace, Global } = vscode.ConfigurationTarget;
    const target = vscode.workspace.workspaceFolders ? Workspace : Global;
    await vscode.workspace.getConfiguration().update(SETTINGS.jupyterServer, url, target);
  }
}

function secretOf(url: string): string {
  return `reprise.token ${url}`;
}

function problemOf(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    serverUrl(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
