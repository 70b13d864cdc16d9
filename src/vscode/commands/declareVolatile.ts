import type { Command } from '../editor';

/** Writes `# reprise: volatile <reason>` into a cell: its output may then differ, and what it draws is no finding. */
export const declareVolatile: Command = {
  id: 'reprise.declareVolatile',
  async run(editor) {
    const cell = editor.cell();
    if (cell === undefined) return;
    const reason = await editor.input({
      title: `Declare Cell ${cell.index} Volatile`,
      prompt: 'Why its output may differ from run to run. It is then shown in verdicts, and fails none.',
      value: '',
      problem: (text) => (text.trim() === '' ? 'A reader of the verdict needs the reason.' : undefined),
    });
    if (reason === undefined) return;
    const declaration = `${cell.comment} reprise: volatile ${reason.trim()}`;
    // A cell magic works in the first line only.
    if (!cell.source.startsWith('%%')) await editor.insert(cell, 0, `${declaration}\n`);
    else await editor.insert(cell, 1, cell.source.includes('\n') ? `${declaration}\n` : `\n${declaration}`);
  },
};
