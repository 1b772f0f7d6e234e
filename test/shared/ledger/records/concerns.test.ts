import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concernKey } from '../../../../shared/ledger/keys.ts';
import { type Concern, orderConcernKinds } from '../../../../shared/ledger/records/concerns.ts';
import { ledgerOn } from '../../../support/ledger.ts';

const { table, clock, ledger } = ledgerOn();

const changed = (content: string): Concern => ({
  kind: 'changed',
  content,
  note: content,
  cause: 'conflict',
});
const openOf = async (number: string) =>
  (await ledger.knownOrders.read(number)).concerns.map(({ content }) => content);

it('is of a kind of which its table says by whom it is begun and ended', () => {
  const source = readFileSync('shared/ledger/records/concerns.ts', 'utf8');
  const [, table = ''] = /kind +begun by +ended by\n([\s\S]*?)\n \*\n/.exec(source) ?? [];
  // A row begins with its kind; what continues a cell stands further to the right.
  const rows = Array.from(table.matchAll(/^ \* {3}(\S+) +\S.*?(?: {2,}\S|$)/gm), ([, kind]) => kind);
  expect(rows).toEqual([...orderConcernKinds]);
});

it('is not ended by who has read what was told before', async () => {
  await ledger.concerns.begin('READ', changed('a'));
  await ledger.concerns.begin('READ', changed('b'));
  await ledger.concerns.end('READ', changed('a'), 'Azumuta has it as the ERP wants it.');
  expect(await openOf('READ')).toEqual(['b']);
});

it('is told again when it begins again, and expires only while it is over', async () => {
  const key = concernKey('AGAIN', 'changed');
  const told = [await ledger.concerns.begin('AGAIN', changed('a'))];
  const stored = [await table.get(key)];
  await ledger.concerns.end('AGAIN', changed('a'), 'over');
  const between = await openOf('AGAIN');
  stored.push(await table.get(key));
  told.push(await ledger.concerns.begin('AGAIN', changed('a')));
  stored.push(await table.get(key));
  expect([between, told]).toEqual([[], ['news', 'news']]);
  expect(stored.map((one) => [one?.concern, one?.expiresAt !== undefined])).toEqual([
    ...[
      ['open', false],
      [undefined, true],
      ['open', false],
    ],
  ]);
});

it('writes nothing when the same is told again, but for what the ERP wants now', async () => {
  // Prepare
  const facts = { number: 'SAME', article: 'GEAR-01', amount: '5' };
  const draft = { number: 'SAME', article: 'GEAR-01', parameters: { Quantity: 5 }, variants: [] };
  await ledger.concerns.begin('SAME', changed('a'));
  const key = concernKey('SAME', 'changed');
  const before = await table.get(key);

  // Act
  clock.advance(60);
  await ledger.concerns.begin('SAME', changed('a'));
  const same = await table.get(key);
  await ledger.concerns.begin('SAME', {
    ...changed('a'),
    wanted: { draft, contentHash: 'h', erpOrder: facts },
  });

  // Assess
  expect(same).toEqual(before);
  expect((await ledger.knownOrders.read('SAME')).concerns).toMatchObject([{ wanted: { contentHash: 'h' } }]);
});

it('is not news with other figures in its note, which people read from then on', async () => {
  // Prepare
  await ledger.concerns.begin('NOTE', { ...changed('for 60'), note: 'its parts come to 55' });
  const before = await table.get(concernKey('NOTE', 'changed'));

  // Act
  const told = await ledger.concerns.begin('NOTE', { ...changed('for 60'), note: 'its parts come to 80' });

  // Assess
  const after = await table.get(concernKey('NOTE', 'changed'));
  expect([told, after?.note]).toEqual(['known', 'its parts come to 80']);
  expect(after?.concernOf).toBe(before?.concernOf);
});

describe('what the ERP wants instead of what was made', () => {
  const wantedIn = (unit: string, content: string): Concern => ({
    ...changed(content),
    wanted: {
      draft: { number: 'WANTED', article: 'GEAR-01', parameters: {}, variants: [] },
      contentHash: 'h',
      erpOrder: { number: 'WANTED', article: 'GEAR-01', amount: '5', unit },
    },
  });
  /** Accepting its order says what was made, and a look what Azumuta has. */
  const saidBy = async (number: string) => {
    const { concerns } = ledger;
    return [
      await concerns.beginFromErp(number, wantedIn('u', 'as made')),
      await concerns.begin(number, wantedIn('u', 'as seen')),
    ];
  };

  it('is not news in other words, after a look has said what Azumuta has', async () => {
    const said = await saidBy('SEEN');
    said.push(await ledger.concerns.beginFromErp('SEEN', wantedIn('u', 'as made')));
    const open = await openOf('SEEN');
    said.push(await ledger.concerns.begin('SEEN', wantedIn('u', 'as seen')));
    said.push(await ledger.concerns.beginFromErp('SEEN', wantedIn('kg', 'as made')));
    expect(said).toEqual(['news', 'news', 'known', 'known', 'news']);
    expect(open).toEqual(['as seen']);
  });

  it('needs nobody once a person has settled what a look has said, but for another unit, or another look', async () => {
    const said: string[] = [];
    for (const number of ['SETTLED', 'LOOKED AT']) {
      await saidBy(number);
      await ledger.concerns.settle(number, wantedIn('u', 'as seen'), 'Ann: leave it');
      said.push(await ledger.concerns.beginFromErp(number, wantedIn('u', 'as made')));
    }
    said.push(await ledger.concerns.beginFromErp('SETTLED', wantedIn('kg', 'as made')));
    said.push(await ledger.concerns.begin('LOOKED AT', wantedIn('u', 'as seen otherwise')));
    expect(said).toEqual(['settled', 'settled', 'news', 'news']);
  });
});

it('has those looked at first whose look is the longest ago', async () => {
  // Prepare
  for (const number of ['FIRST', 'SECOND', 'THIRD']) {
    await ledger.concerns.begin(number, changed('a'));
    clock.advance(60);
  }
  const all = ['FIRST', 'SECOND', 'THIRD'];
  const ours = async () => (await ledger.due.listToLookAt(100)).filter((number) => all.includes(number));
  const before = await ours();

  // Act
  await ledger.concerns.postponeAfterLook('FIRST', changed('a'));

  // Assess
  expect(before).toEqual(all);
  expect(await ours()).toEqual(['SECOND', 'THIRD', 'FIRST']);
});
