import type { Command, Editor } from './editor';

/**
 * Runs a command to its end, whatever that is. Enablement greys an entry out but does not hold back a link or another
 * extension: what runs code is refused here where the workspace is not trusted.
 */
export async function invoke(command: Command, editor: Editor): Promise<void> {
  if (command.runsCode && !editor.isTrusted) return refuse(editor);
  try {
    await command.run(editor);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    editor.log.error(`${command.id}: ${why}`);
    const message = `Reprise failed: ${why} What was recorded is kept.`;
    if ((await editor.notify('error', message, 'Show Log')) !== undefined) editor.log.show();
  }
}

async function refuse(editor: Editor): Promise<void> {
  const message =
    'This workspace is not trusted, so none of its code is run. Its records and reports can be viewed.';
  const button = 'Manage Workspace Trust';
  if ((await editor.notify('information', message, button)) === button)
    await editor.execute('workbench.trust.manage');
}
