import { type Command, type Editor } from '../editor';
import { installLauncher, isOnPath } from '../launcher';

/** Makes `reprise` a command of the user's terminals: a small program in `~/.local/bin`, nothing that needs an administrator. */
export const installCommand: Command = {
  id: 'reprise.installCommand',
  async run(editor) {
    const { installation } = editor;
    if (installation.platform === 'win32') {
      const message = 'The terminal command is not installed on Windows by this version. In WSL it is.';
      return showOr(editor, await editor.notify('information', message, 'Show Log'));
    }
    let result;
    try {
      result = installLauncher(installation);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      const message = `The command could not be written to ~/.local/bin (${why}). Make that folder writable, or link ~/.local/bin/reprise yourself.`;
      return showOr(editor, await editor.notify('error', message, 'Show Log'));
    }
    if (result.how === 'foreign') return tellForeign(editor, result.program);
    await (isOnPath(installation) ? tellInstalled(editor) : tellPath(editor));
  },
};

async function tellInstalled(editor: Editor): Promise<void> {
  const message = 'Installed as ~/.local/bin/reprise. Try it in a terminal: reprise --help';
  const pressed = await editor.notify('information', message, 'Open Terminal');
  if (pressed !== undefined) await editor.execute('workbench.action.terminal.new');
}

async function tellPath(editor: Editor): Promise<void> {
  const line = 'export PATH="$HOME/.local/bin:$PATH"';
  const message = `Installed as ~/.local/bin/reprise, but that folder is not on your PATH. Add this line to your shell's start-up file: ${line}`;
  if ((await editor.notify('warning', message, 'Copy Line')) !== undefined) await editor.copy(line);
}

async function tellForeign(editor: Editor, program: string): Promise<void> {
  const message =
    'There is another program at ~/.local/bin/reprise, which was left as it is. Move it away and install again, or run the command by its own path.';
  if ((await editor.notify('warning', message, 'Copy Path')) !== undefined) await editor.copy(program);
}

function showOr(editor: Editor, pressed: string | undefined): void {
  if (pressed !== undefined) editor.log.show();
}
