import { describe, expect, it } from 'vitest';
import { mermaidText } from '../../../src/exchange/mermaid';
import { sha, stdout } from '../replay/build';
import { exchanged, FETCHED, HOSTILE, judged, STUDY } from './runs';

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim());

describe('a run as a flowchart', () => {
  it('leads from what was read over each version of a variable to what was written', () => {
    const lines = linesOf(mermaidText(exchanged(STUDY)));
    expect(lines[0]).toBe('flowchart TD');
    expect(lines).toContain(`file_0[("rows.csv<br/>${sha('a\n1\n').slice(0, 8)}")]`);
    expect(lines).toContain('variable_1(["rows"])');
    expect(lines).toContain('variable_3(["rows #40;2#41;"])');
    expect(lines.filter((line) => line.includes('-->'))).toEqual([
      'file_0 --> cell_0',
      'cell_0 --> variable_1',
      'variable_1 --> cell_1',
      'cell_1 --> variable_3',
      'variable_3 --> cell_2',
      'cell_2 --> file_4',
      'file_4 --> cell_3',
    ]);
    expect(lines).toContain('class file_0 unseen');
  });

  it('leaves out what nothing reads, and what was taken away again', () => {
    const text = mermaidText(exchanged(STUDY));
    expect(text).not.toContain('"log"');
    expect(text).not.toContain('out#47;tmp');
  });

  it('says of each cell what a replay made of it', () => {
    const other = STUDY.map((cell, i) => (i === 1 ? { ...cell, outputs: [stdout('13 rows\n')] } : cell));
    const lines = linesOf(mermaidText(exchanged(STUDY, {}, judged(STUDY, other))));
    expect(lines).toContain('cell_1["cell 1 · Different<br/>rows #61; clean#40;rows#41;"]');
    expect(lines).toContain('class cell_1 doubtful');
  });

  it('draws a value that changed where nobody looked as one that no cell made', () => {
    const lines = linesOf(
      mermaidText(exchanged([STUDY[0]!, { code: 'use(rows)', readDigests: { rows: sha('another') } }])),
    );
    expect(lines).toContain('variable_3(["rows #40;2#41;"])');
    expect(lines.find((line) => line.startsWith('class') && line.endsWith('unseen'))).toContain('variable_3');
  });

  it('draws data from elsewhere with the cells that read it', () => {
    const lines = linesOf(mermaidText(exchanged(FETCHED)));
    expect(lines.filter((line) => line.startsWith('data_1'))).toEqual([
      'data_1[/"postgresql#58;#47;#47;db.example#47;study#58; select n from t"/]',
      'data_1 --> cell_0',
      'data_1 --> cell_1',
    ]);
  });

  it('holds nothing of a hostile notebook but letters and entities', () => {
    const text = mermaidText(exchanged(HOSTILE));
    const labels = [...text.matchAll(/"([^"]*)"/g)].map(([, label]) => label!.replaceAll('<br/>', ''));
    for (const label of labels) expect(label).toMatch(/^([\p{L}\p{N} .,_·…-]|#\d+;)*$/u);
    expect(text.replaceAll(/"[^"]*"/g, '""')).toMatch(/^[\w\s"()[\]>,:-]*$/);
  });
});
