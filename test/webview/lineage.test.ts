/** The lineage page as a reader meets it: as a file in a plain browser, and in the editor. */
import { describe, expect, it } from 'vitest';
import type { LineageDocument } from '../../src/lineage/graph';
import { lineageAssets, lineageHtml, lineagePage } from '../../src/lineage/lineagepage';
import * as lineages from './lineages';
import { DIST, type Opened, openHtml, using } from './support';

const assets = lineageAssets(DIST);

async function openFile(document: LineageDocument): Promise<Opened> {
  const opened = await openHtml(lineageHtml(document, assets));
  await drawn(opened);
  return opened;
}

async function openInEditor(document: LineageDocument): Promise<Opened> {
  const message = {
    type: 'show',
    document,
    opens: true,
    state: { root: '/home/reader', notebook: document.notebook },
  };
  const opened = await openHtml(lineagePage({ ...assets, nonce: 'f00d' }), message);
  await drawn(opened);
  return opened;
}

async function drawn({ page }: Opened): Promise<void> {
  await page.locator('#lineage:not([aria-busy]) .graph').waitFor({ timeout: 30_000 });
}

async function showLevel(opened: Opened, level: string): Promise<void> {
  await opened.page.getByRole('radio', { name: level }).check({ force: true });
  await drawn(opened);
}

const titles = ({ page }: Opened): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('.node')].map((node) => node.getAttribute('data-label'))`);

describe('the lineage page', () => {
  it('is accessible in light and dark, breaks no content policy, and fits a column of 400 pixels', async () => {
    await using(openInEditor(lineages.study), async (opened) => {
      const { page } = opened;
      await page.locator('.item').first().click();
      expect(await opened.axe()).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await opened.axe()).toEqual([]);
      await page.setViewportSize({ width: 400, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    });
  });

  it('draws cells, then variables, then files, above what came from them', async () => {
    await using(openFile(lineages.study), async (opened) => {
      expect(await titles(opened)).toHaveLength(5);
      expect(await opened.page.locator('.edge').count()).toBe(4);
      expect(await opened.page.locator('.edge').first().locator('title').innerHTML()).toBe('df');
      await showLevel(opened, '+ Variables');
      expect(await opened.page.locator('.node.variable').count()).toBe(3);
      await showLevel(opened, '+ Files');
      expect(await opened.page.locator('.node.file').count()).toBe(2);
      const top = (name: string): Promise<number> =>
        opened.page.evaluate(
          `document.querySelector('.node[data-label*="${name}"]').getBoundingClientRect().top`,
        );
      expect(await top('file data/wine.csv')).toBeLessThan(await top('cell 0'));
      expect(await top('cell 0')).toBeLessThan(await top('cell 4'));
      expect(await opened.page.locator('.path').innerText()).toBe('5 cells · 2 stale · commit abc1234');
    });
  });

  it('shows every line whole, those that pass beside the cells too', async () => {
    await using(openFile(lineages.fan(6)), async ({ page }) => {
      const cut = await page.evaluate(`(() => {
        const stage = document.querySelector('.stage').getBoundingClientRect();
        return [...document.querySelectorAll('.edge')].filter((line) => {
          const { left, right, width } = line.getBoundingClientRect();
          return left < stage.left || right > stage.right;
        }).length;
      })()`);
      expect(cut).toBe(0);
      expect(await page.locator('.edge').count()).toBeGreaterThan(5);
    });
  });

  it('says which level is shown where the system chooses the colours', async () => {
    await using(openFile(lineages.study), async ({ page }) => {
      await page.emulateMedia({ forcedColors: 'active' });
      const colours = await page.evaluate<string[]>(
        `[...document.querySelectorAll('.ways span')].map((way) => getComputedStyle(way).backgroundColor)`,
      );
      expect(colours[0]).not.toBe(colours[1]);
    });
  });

  it('marks stale cells with their reasons, in the graph and in the list', async () => {
    await using(openFile(lineages.study), async (opened) => {
      const stale = opened.page.locator('.node.stale');
      expect(await stale.count()).toBe(2);
      expect(await stale.first().getAttribute('data-label')).toBe(
        'cell 2: train, test = split(df), stale: df changed',
      );
      expect(await opened.page.locator('.items .note.stale').allInnerTexts()).toEqual([
        'stale: df changed',
        'stale: train comes from a stale cell (cell 2)',
      ]);
    });
  });

  it('opens the cell that is clicked, in the editor', async () => {
    await using(openInEditor(lineages.study), async (opened) => {
      await opened.page.locator('.node[data-label^="cell 3"]').click();
      expect(await opened.asked()).toEqual([{ type: 'cell', id: 'id3', cell: 3 }]);
      expect(await opened.page.locator('.detail h2').innerText()).toBe('cell 3');
    });
  });

  it('shows only what a cell came from, only what depends on it, and all again', async () => {
    await using(openFile(lineages.study), async (opened) => {
      const { page } = opened;
      const press = (name: string): Promise<void> => page.getByRole('button', { name }).click();
      await page.locator('.item').nth(1).click();
      await press('What It Came From');
      await expect.poll(() => page.locator('.node').count()).toBe(2);
      await press('Show All');
      await expect.poll(() => page.locator('.node').count()).toBe(5);
      await press('What Depends on It');
      await expect.poll(() => page.locator('.node').count()).toBe(4);
      expect(await page.locator('.near span').innerText()).toContain('What depends on it: cell 2');
    });
  });

  it('finds, dims the rest, and says how many', async () => {
    await using(openFile(lineages.study), async ({ page }) => {
      await page.getByRole('searchbox').fill('forest');
      await expect.poll(() => page.getByRole('status').textContent()).toBe('3 found');
      expect(await page.locator('.node.missed').count()).toBe(2);
      expect(await page.locator('.items li:visible').count()).toBe(3);
      await page.keyboard.press('Enter');
      expect(await page.locator('.detail h2').innerText()).toBe('cell 3');
    });
  });

  it('is walked by keyboard along its edges', async () => {
    await using(openInEditor(lineages.study), async (opened) => {
      const { page } = opened;
      const at = (): Promise<string> =>
        page.evaluate(
          `document.activeElement.getAttribute('data-label') ?? document.activeElement.getAttribute('data-key')`,
        );
      await page.locator('[data-key="Mermaid"]').focus();
      await page.keyboard.press('Tab');
      expect(await at()).toMatch(/^cell 0/);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await at()).toMatch(/^cell 3/);
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      expect(await opened.asked()).toEqual([{ type: 'cell', id: 'id2', cell: 2 }]);
    });
  });

  it('is saved as SVG, PNG and Mermaid', async () => {
    await using(openFile(lineages.study), async ({ page }) => {
      const saved = async (name: string): Promise<Buffer> => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name, exact: true }).click(),
        ]);
        const chunks: Buffer[] = [];
        for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      };
      const svg = (await saved('SVG')).toString('utf8');
      expect(svg).toMatch(/^<svg /);
      expect(svg).toContain('train, test = split(df)');
      expect(svg).not.toMatch(/var\(|<script/);
      expect((await saved('PNG')).subarray(1, 4).toString('latin1')).toBe('PNG');
      const mermaid = (await saved('Mermaid')).toString('utf8');
      expect(mermaid).toMatch(/^flowchart TD\n/);
      expect(mermaid).toMatch(/n0 -->\|"df"\| n1/);
    });
  });

  it('never takes a name for markup, runs nothing and asks for nothing', async () => {
    await using(openFile(lineages.hostile), async (opened) => {
      const { page } = opened;
      await showLevel(opened, '+ Files');
      await page.locator('.item').first().click();
      expect(await page.evaluate('window.hurt')).toBeUndefined();
      expect(await page.locator('#lineage img, #lineage b, #lineage script').count()).toBe(0);
      expect(await page.locator('#lineage').innerText()).not.toMatch(/\u202e|(?!\n|\t)\p{Cc}/u);
      expect(await page.locator('.node').count()).toBe(3);
      expect(opened.requests).toEqual([]);
    });
  });

  it('stays fluid with 300 cells, their variables and files', async () => {
    await using(openFile(lineages.long(300)), async (opened) => {
      const { page } = opened;
      expect(await page.locator('.item').count()).toBe(300);
      const begun = Date.now();
      await showLevel(opened, '+ Files');
      await expect.poll(() => page.locator('.node').count(), { timeout: 30_000 }).toBe(630);
      const placed = Date.now() - begun;
      const frames = await page.evaluate<number[]>(`new Promise((resolve) => {
        const stage = document.querySelector('.stage');
        const times = [];
        let last = performance.now();
        const step = () => {
          const now = performance.now();
          times.push(now - last);
          last = now;
          if (times.length === 61) return resolve(times.slice(1));
          const zooms = times.length % 3 === 0;
          stage.dispatchEvent(new WheelEvent('wheel', { deltaY: zooms ? 20 : 40, ctrlKey: zooms, bubbles: true, cancelable: true }));
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      })`);
      const sorted = [...frames].sort((a, b) => a - b);
      console.log(
        `300 cells, 630 nodes: drawn after ${placed} ms; a frame of panning and zooming takes ${sorted[30]?.toFixed(1)} ms ` +
          `(median), ${sorted[57]?.toFixed(1)} ms (95 %)`,
      );
      expect(sorted[30]).toBeLessThan(100);
    });
  });

  it('reads without a script', async () => {
    const opened = await openHtml(lineageHtml(lineages.study, assets), undefined, {
      javaScriptEnabled: false,
    });
    await using(Promise.resolve(opened), async ({ page }) => {
      expect(await page.locator('li').nth(1).innerText()).toBe(
        'cell 2 · train, test = split(df) · stale · reads df · writes train',
      );
    });
  });
});
