import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { State } from '../../src/lineage/stale/state';
import type { Case } from './litmus/case';
import { CASES } from './litmus/cases';
import { reasonText, Session } from './session';
import { Workplace } from './support';

describe('which cells are stale', () => {
  const place = new Workplace();
  let session: Session;

  beforeAll(async () => {
    place.notebook('n.ipynb', []);
    session = new Session(place, 'n.ipynb', '--seed', '7');
    await session.ask({ op: 'state' });
  });

  afterAll(async () => {
    expect(await session.close()).toBe(0);
    expect(await place.leftBehind()).toEqual([]);
  });

  it.each(CASES.map((each, at) => ({ at, ...each })))('$name', async ({ at, ...each }) => {
    const state = await play(session, place, each, `s${at}-`);
    const found = Object.fromEntries(
      Object.entries(state.cells).flatMap(([id, { status, reasons }]) =>
        status === 'stale' ? [[id.replace(/^s\d+-/, ''), reasons.map(reasonText).map(plain)]] : [],
      ),
    );
    expect(Object.keys(found).sort(), JSON.stringify(found)).toEqual(Object.keys(each.stale).sort());
    for (const [cell, reason] of Object.entries(each.stale)) expect(found[cell]).toContain(reason);
  });
});

function plain(text: string): string {
  return text.replace(/<s\d+-/, '<');
}

/** @param prefix makes the ids of a case its own: what an earlier case ran is not taken for these cells' doing */
async function play(session: Session, place: Workplace, each: Case, prefix: string): Promise<State> {
  const id = (cell: string): string => prefix + cell;
  for (const [name, text] of Object.entries(each.files ?? {})) place.write(name, text);
  await session.begin(
    Object.fromEntries(Object.entries(each.cells).map(([cell, source]) => [id(cell), source])),
  );
  for (const step of each.steps.split(' ').filter((word) => word !== '')) {
    const answer = await take(session, place, step, id);
    if (answer !== undefined) expect(answer).toMatchObject({ ok: true });
  }
  return (await session.ask({ op: 'state' })).state;
}

async function take(session: Session, place: Workplace, step: string, id: (cell: string) => string) {
  const [, mark = '', name = '', at, text] = /^([-+>!]?)([^@=]*)(?:@(\d+))?(?:=([^]*))?$/.exec(step)!;
  const source = text?.replaceAll('~', ' ');
  if (step === '!restart') return session.ask({ op: 'restart' });
  if (mark === '!' && step.startsWith('!-')) return void rmSync(place.path(step.slice(2)));
  if (mark === '!') {
    const [file, content] = step.slice(1).split(':') as [string, string];
    return void place.write(file, content);
  }
  if (mark === '-') return session.ask({ op: 'delete', cell: id(name) });
  if (mark === '+') return session.ask({ op: 'insert', cell: id(name), index: Number(at), source });
  if (mark === '>') return session.ask({ op: 'move', order: name.split(',').map(id) });
  if (source !== undefined) return session.ask({ op: 'edit', cell: id(name), source });
  return session.run(id(name));
}
