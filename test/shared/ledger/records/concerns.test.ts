import { expect, it } from 'vitest';
import { concernKey } from '../../../../shared/ledger/keys.ts';
import type { Concern } from '../../../../shared/ledger/records/concerns.ts';
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

it('is not ended by who has read what was told before', async () => {
  await ledger.concerns.begin('READ', changed('a'));
  await ledger.concerns.begin('READ', changed('b'));
  await ledger.concerns.end('READ', changed('a'), 'Azumuta has it as the ERP wants it.');
  expect(await openOf('READ')).toEqual(['b']);
});

it('is told again when it begins again after it was over', async () => {
  const told = [await ledger.concerns.begin('AGAIN', changed('a'))];
  await ledger.concerns.end('AGAIN', changed('a'), 'over');
  const between = await openOf('AGAIN');
  told.push(await ledger.concerns.begin('AGAIN', changed('a')));
  expect([between, told]).toEqual([[], [true, true]]);
});

it('expires only once it is over', async () => {
  await ledger.concerns.begin('EXPIRES', changed('a'));
  const open = await table.get(concernKey('EXPIRES', 'changed'));
  await ledger.concerns.end('EXPIRES', changed('a'), 'over');
  const over = await table.get(concernKey('EXPIRES', 'changed'));
  await ledger.concerns.begin('EXPIRES', changed('a'));
  expect(open).not.toHaveProperty('expiresAt');
  expect(over).toMatchObject({ expiresAt: expect.any(Number) });
  expect(over).not.toHaveProperty('concern');
  expect(await table.get(concernKey('EXPIRES', 'changed'))).not.toHaveProperty('expiresAt');
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

it('has those looked at first whose look is the longest ago', async () => {
  // Prepare
  for (const number of ['FIRST', 'SECOND', 'THIRD']) {
    await ledger.concerns.begin(number, changed('a'));
    clock.advance(60);
  }
  const all = ['FIRST', 'SECOND', 'THIRD'];
  const ours = async () => (await ledger.concerns.toLookAt(100)).filter((number) => all.includes(number));
  const before = await ours();

  // Act
  await ledger.concerns.markLooked('FIRST', changed('a'));

  // Assess
  expect(before).toEqual(all);
  expect(await ours()).toEqual(['SECOND', 'THIRD', 'FIRST']);
});
