/** The report page as a reader meets it: in a real browser, by eye, by keyboard and by screen reader. */
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '../../src/replay/report/report';
import * as reports from './reports';
import { type Opened, openFile, openInEditor, shown, using } from './support';

const KINDS: [kind: string, report: ReportDocument, headline: string][] = [
  ['identical', reports.identical, 'Same in 1 of 1 run'],
  ['canonical', reports.canonical, 'Same apart from addresses in 1 of 1 run'],
  ['within tolerance', reports.close, 'Close in 1 of 1 run'],
  ['different', reports.different, 'Different from cell 1'],
  ['unverifiable', reports.unverifiable, 'Cannot tell from cell 1'],
  ['only recorded', reports.onlyRecorded, 'Not replayed yet'],
  ['an error that repeats', reports.repeatedError, 'Same in 1 of 1 run'],
  ['a kernel that died', reports.died, 'Not replayed yet'],
  ['outputs of every type', reports.everyType, 'Different from cell 0'],
  ['hostile', reports.hostile, 'Different from cell 0'],
  ['a run whose cost was measured', reports.costed, 'Same in 1 of 1 run'],
];

async function openEveryCell({ page }: Opened): Promise<void> {
  const closed = page.locator('.cells > li > details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
  // A cell is filled when it has opened, which the browser tells a moment later.
  const empty = page.locator('.cells > li > details:not(:has(> :nth-child(2)))');
  await expect.poll(() => empty.count()).toBe(0);
}

describe.each(KINDS)('the report of %s', (_kind, report, headline) => {
  it('is accessible in light and dark, breaks no content policy, and fits a column of 400 pixels', async () => {
    await using(openInEditor(shown(report)), async (opened) => {
      const { page } = opened;
      expect(await page.locator('h1').innerText()).toBe(headline);
      await openEveryCell(opened);
      expect(opened.problems).toEqual([]);
      expect(await opened.axe()).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await opened.axe()).toEqual([]);
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    });
  });
});

it('would be told by axe what is not accessible', async () => {
  await using(openFile(reports.identical), async (opened) => {
    await opened.page.evaluate(`document.querySelector('.number').style.color = '#ddd'`);
    expect(await opened.axe()).toEqual([expect.stringMatching(/^serious color-contrast/)]);
  });
});

describe('what a reader finds', () => {
  it('says what each policy costs, with no word of it cut off', async () => {
    await using(openFile(reports.costed), async ({ page }) => {
      const cut = await page.evaluate<string[]>(`(() => {
        const chart = document.querySelector('[aria-labelledby=cost] svg').getBoundingClientRect();
        const texts = [...document.querySelectorAll('[aria-labelledby=cost] svg text')];
        return texts.filter((text) => text.getBoundingClientRect().right > chart.right).map((text) => text.textContent);
      })()`);
      expect(cut).toEqual([]);
      const words = await page.locator('[aria-labelledby=cost] svg').getAttribute('aria-label');
      expect(words).toContain('1.01×, within the noise');
    });
  });

  it('opens the first divergence, with differences, causes, evidence and what to do', async () => {
    await using(openFile(reports.different), async ({ page }) => {
      expect(await page.locator('.cells > li > details[open]').count()).toBe(1);
      const cell = page.locator('.cells details[open]').first();
      expect(await cell.locator('summary').first().innerText()).toMatch(
        /cell 1\s+import os\s+1 draw that no seed reached/,
      );
      const said = await cell.innerText();
      expect(said).toContain('variable noise');
      expect(said).toMatch(/os\.urandom\(\) on line 2 of cell 1 takes its value from the operating system/);
      expect(said).toMatch(/likely\s+To do Use a seeded generator/);
      expect(said).toMatch(/os\.urandom: 1 draw, unreached/);
      expect(said).toMatch(/os\.urandom 1 draw, no seed reached it/);
    });
  });

  it('shows a text that differs line by line, a picture on both sides, a file, and the cell it came from', async () => {
    await using(openFile(reports.different), async (opened) => {
      const { page } = opened;
      await openEveryCell(opened);
      const cells = page.locator('.cells > li');
      expect(await cells.nth(2).locator('td.original').innerText()).toBe('score 1.25');
      expect(await cells.nth(2).locator('del').innerText()).toBe('1.25');
      expect(await cells.nth(2).locator('ins').innerText()).toBe('2.25');
      expect(await cells.nth(2).locator('td.relative').innerText()).toBe('8.0e-1');
      expect(await page.evaluate(`[...document.images].map(({ alt }) => alt)`)).toEqual([
        'display 0 of the original',
        'display 0 of the replay',
      ]);
      expect(await page.evaluate(`[...document.images].map((image) => image.naturalWidth)`)).toEqual([
        120, 120,
      ]);
      expect(await cells.nth(3).innerText()).toContain('file out/model.pt');
      await cells.nth(2).getByRole('link', { name: 'cell 1' }).first().click();
      expect(await opened.focus()).toBe('cell id1');
    });
  });

  it('says what differs around the runs, what matters first', async () => {
    await using(openFile(reports.different), async ({ page }) => {
      const drift = page.getByRole('region', { name: 'What is not the same around it' });
      const rows = drift.locator('table').first().locator('tbody tr');
      expect((await rows.allInnerTexts()).map((row) => row.split(/\s*\t\s*/))).toEqual([
        ['numpy', '2.4.6', '2.4.7', 'the last digits of numbers'],
        ['pandas', '3.0.6', 'absent', 'the last digits of numbers and orders'],
        ['scikit-learn', '1.9.1', 'absent', 'random streams and the last digits of numbers'],
      ]);
      await drift.getByText('1 more that change no result').click();
      expect(await drift.innerText()).toMatch(/ipykernel\s+7\.4\.0\s+7\.5\.0\s+nothing/);
    });
  });

  it('shows when it ran in the time zone of the reader', async () => {
    await using(openFile(reports.identical), async ({ page }) => {
      expect(await page.locator('time').first().innerText()).toBe('1 Jan 2026, 01:00');
    });
  });

  it('offers a replay of what was only recorded, and says which draws no seed reached', async () => {
    await using(openInEditor(shown(reports.onlyRecorded)), async (opened) => {
      const { page } = opened;
      expect(await page.locator('.remark').allInnerTexts()).toEqual([
        'A replay can differ: no seed reached what cell 2 drew.',
      ]);
      expect(await page.locator('.said').allInnerTexts()).toEqual(['Ran', 'Ran', 'Ran', 'Ran']);
      await openEveryCell(opened);
      expect(await page.locator('.randomness').allInnerTexts()).toEqual([
        expect.stringMatching(/numpy\.default_rng 1 draw, seeded by Reprise · cell 1, line 1/),
        expect.stringMatching(/secrets 1 draw, no seed reached it · cell 2, line 1/),
        expect.stringMatching(/python\.random 1 draw, seeded by the notebook · cell 3, line 2/),
      ]);
      await page.getByRole('button', { name: 'Replay' }).click();
      expect(await opened.asked()).toEqual([{ type: 'replay' }]);
    });
  });

  it('never takes what a notebook says for markup', async () => {
    await using(openFile(reports.hostile), async (opened) => {
      const { page } = opened;
      await openEveryCell(opened);
      expect(await page.evaluate('window.hurt')).toBeUndefined();
      expect(
        await page.locator('img, b:not(.to-do b, .markup b), .markup *:not(b), #report script').count(),
      ).toBe(0);
      expect(await page.locator('.source .line').first().innerText()).toContain(reports.HOSTILE);
      expect(await page.locator('.path').innerText()).toBe(`${reports.HOSTILE}.ipynb`);
    });
  });

  it('shows 300 cells at once', async () => {
    await using(openInEditor(shown(reports.many)), async ({ page }) => {
      expect(await page.locator('.cells > li').count()).toBe(300);
      await page.getByRole('link', { name: 'cell 5', exact: true }).click();
      expect(await page.locator('.cells details[open]').count()).toBe(2);
    });
  });

  it('shows how the difference went from cell to cell, and leads to each', async () => {
    await using(openInEditor(shown(reports.different)), async (opened) => {
      const steps = opened.page.locator('.chain li');
      expect(await steps.allInnerTexts()).toEqual([
        expect.stringMatching(/^cell 1, line 2\s+os\.urandom\(\) on line 2 of cell 1/),
        expect.stringMatching(/^cell 2\s+noise, which cell 1 wrote, already differed when cell 2 read it/),
        expect.stringMatching(
          /^cell 3\s+(noise|score), which cell \d wrote, already differed when cell 3 read it/,
        ),
      ]);
      await steps.nth(1).getByRole('button').click();
      expect(await opened.asked()).toEqual([{ type: 'cell', id: 'id2', cell: 2 }]);
    });
  });

  it('compares each type of output in its own way', async () => {
    await using(openInEditor(shown(reports.everyType)), async (opened) => {
      const { page } = opened;
      await openEveryCell(opened);
      const cells = page.locator('.cells > li');
      expect(await cells.nth(1).locator('td.relative').allInnerTexts()).toContain('2.4e-3');
      const changed = cells.nth(2).locator('.frame .changed');
      expect((await changed.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '))).toEqual([
        '0.12345671 0.12345672 relative difference 8.1e-8',
      ]);
      expect(await cells.nth(2).locator('.texts').count()).toBe(0);
      expect((await cells.nth(3).locator('.paths tbody th').allInnerTexts()).sort()).toEqual([
        'data[0].y[1]',
        'layout.title.text',
      ]);
      expect(await cells.nth(5).locator('.markup em').allInnerTexts()).toEqual(['1', '2']);
      const traceback = await cells.nth(6).locator('.texts').innerText();
      expect(traceback).toContain('ValueError: score 2');
      expect(traceback).not.toContain('[31m');
    });
  });

  it('swipes and fades one picture over the other, and counts the pixels that differ, by keyboard', async () => {
    await using(openFile(reports.everyType), async (opened) => {
      const { page } = opened;
      await openEveryCell(opened);
      const ways = page.getByRole('radiogroup', { name: 'How display 0 is compared' });
      await ways.getByRole('radio', { name: 'Side by side' }).focus();
      await page.keyboard.press('ArrowRight');
      const slider = page.getByRole('slider');
      await slider.focus();
      await page.keyboard.press('End');
      expect(await page.evaluate(`document.querySelector('.top').style.clipPath`)).toBe(
        'inset(0px 0px 0px 100%)',
      );
      await ways.getByRole('radio', { name: 'Overlay' }).check({ force: true });
      expect(await page.evaluate(`document.querySelector('.top').style.opacity`)).toBe('0.5');
      await ways.getByRole('radio', { name: 'Difference' }).check({ force: true });
      await expect.poll(() => page.locator('.compared p').innerText()).toMatch(/^\d+ of 9600 pixels differ/);
      expect(await opened.axe()).toEqual([]);
    });
  });

  it('shows which streams each cell moved, and where they stood in the replay', async () => {
    await using(openFile(reports.everyType), async ({ page }) => {
      const table = page.getByRole('region', { name: 'Randomness, cell by cell' }).locator('tbody tr');
      expect((await table.allInnerTexts()).map((row) => row.replace(/\s+/g, ' '))).toEqual([
        expect.stringMatching(/^numpy\.global ◆ moved; its state is not the same in the replay/),
        expect.stringMatching(/^os\.urandom ○ 1 draw, no seed reached it/),
        expect.stringMatching(
          /^python\.random ● 1 draw, seeded by Reprise; its state is the same in the replay/,
        ),
      ]);
    });
  });

  it('makes visible what would turn or hide text', async () => {
    const report = { ...reports.identical, headline: 'Same\u202e in 1 of 1\u200b run\u001b[31m' };
    await using(openFile(report), async ({ page }) => {
      expect(await page.locator('h1').innerText()).toBe('Same⟨U+202E⟩ in 1 of 1⟨U+200B⟩ run⟨U+001B⟩[31m');
    });
  });

  it('says why there is nothing to show', async () => {
    const sentence = 'There is no record of this run.';
    await using(openInEditor({ type: 'problem', sentence }), async (opened) => {
      expect(await opened.page.locator('main').innerText()).toBe(sentence);
      expect(await opened.axe()).toEqual([]);
    });
  });
});

describe('by keyboard alone', () => {
  it('reaches every button, link and cell in the order of the page, with the focus in sight', async () => {
    await using(openInEditor(shown(reports.different)), async (opened) => {
      const { page } = opened;
      const order: string[] = [];
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate<{ name: string; outline: string } | null>(`(() => {
          const at = document.activeElement;
          return at === null || at === document.body
            ? null
            : { name: at.getAttribute('data-key') ?? at.textContent.trim(), outline: getComputedStyle(at).outlineStyle };
        })()`);
        if (at === null) break;
        expect(at.outline, at.name).toBe('solid');
        order.push(at.name);
      }
      expect(order).toEqual([
        'replay',
        'record',
        'What differs in cell 1, with the evidence',
        'id1 cell 1, line 2',
        'id2 cell 2',
        'id3 cell 3',
        '1 more that change no result',
        'cell 1',
        'cell 2',
        'cell 3',
        'cell id0',
        'cell id1',
        'id1 cell 1, line 2',
        'id1 cell 1, line 2',
        'go id1',
        'cell id2',
        'cell id3',
        'cell id4',
        '0',
        '1',
      ]);
    });
  });

  it('opens and closes a cell, goes to it in the notebook, and opens the record', async () => {
    await using(openInEditor(shown(reports.different)), async (opened) => {
      const { page } = opened;
      const press = async (key: string, name: string): Promise<void> => {
        await page.locator(`[data-key="${key}"]`).first().focus();
        await page.keyboard.press(name);
      };
      const isOpen = (position: number): Promise<boolean> =>
        page.evaluate(`document.querySelectorAll('.cells > li > details')[${position}].open`);
      await press('cell id2', 'Enter');
      expect(await isOpen(2)).toBe(true);
      await press('cell id2', 'Space');
      expect(await isOpen(2)).toBe(false);
      await press('id1 cell 1, line 2', 'Enter');
      await press('go id1', 'Enter');
      await press('record', 'Enter');
      expect(await opened.asked()).toEqual([
        { type: 'cell', id: 'id1', cell: 1, line: 2 },
        { type: 'cell', id: 'id1', cell: 1 },
        { type: 'record' },
      ]);
    });
  });

  it('replays, says that it does and what came of it, and keeps the focus and what was open', async () => {
    await using(openInEditor(shown(reports.different)), async (opened) => {
      const { page } = opened;
      const live = page.getByRole('status');
      await page.locator('[data-key="cell id4"]').click();
      await page.locator('[data-key="replay"]').focus();
      await page.keyboard.press('Enter');
      await opened.send({ type: 'working', sentence: 'Replaying study.ipynb …' });
      await page.getByRole('button', { name: 'Replaying…', disabled: true }).waitFor();
      expect(await live.textContent()).toBe('Replaying study.ipynb …');
      await page.keyboard.press('Enter');
      expect(await opened.asked()).toEqual([{ type: 'replay' }]);

      await opened.send(shown({ ...reports.different, mark: 'identical', headline: 'Same in 2 of 2 runs' }));
      await page.getByRole('heading', { name: 'Same in 2 of 2 runs' }).waitFor();
      expect(await live.textContent()).toBe('The report is up to date: Same in 2 of 2 runs.');
      expect(await opened.focus()).toBe('replay');
      expect(await page.locator('[data-cell][open] > summary').count()).toBe(2);
      await page.keyboard.press('Enter');
      expect(await opened.asked()).toHaveLength(2);
    });
  });
});

describe('what the editor keeps for it', () => {
  it('is where it was read from, and what was open', async () => {
    await using(openInEditor(shown(reports.many)), async ({ page }) => {
      await page.locator('[data-key="cell id7"]').click();
      await expect
        .poll(() => page.evaluate('state'))
        .toMatchObject({
          root: '/home/reader/study',
          run: reports.many.run,
          view: { open: ['id2', 'id7'] },
        });
    });
    const kept = { root: '/home/reader/study', run: reports.many.run, view: { open: ['id9'], top: 400 } };
    await using(openInEditor(shown(reports.many), kept), async ({ page }) => {
      expect(await page.locator('[data-cell][open]').getAttribute('id')).toBe('at-9');
      expect(await page.evaluate('window.scrollY')).toBe(400);
    });
  });

  it('is not believed where it is something else, and neither are messages', async () => {
    await using(openInEditor(shown(reports.identical), { view: { open: 7, top: 'x' } }), async (opened) => {
      await opened.page.evaluate(`
        window.postMessage(null, '*');
        window.postMessage({ type: 'show', report: { schema: 'other' }, actions: [] }, '*');
        window.postMessage({ type: 'problem', sentence: 7 }, '*');`);
      await opened.send({ type: 'working', sentence: 'last' });
      await expect.poll(() => opened.page.getByRole('status').textContent()).toBe('last');
      expect(await opened.page.locator('h1').innerText()).toBe('Same in 1 of 1 run');
    });
  });
});
