import { beforeEach, describe, expect, it } from 'vitest';
import { discardDeadLetters } from '../../../infra/console/dead-letters.ts';
import { plan, refuse } from '../../support/bookings.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { comingBack, completion, deadLettersIn, nothing } from '../ops/replay/replay-run.ts';
import { enter, linksOf } from './asking.ts';
import { operator, startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);
beforeEach(stage.empty);

const { dead, recorded } = stage;

/** Discards the only group of a page. */
async function discarded(note: string) {
  const [link = ''] = linksOf((await visitor.get('/letters')).text, '/letters/discard?group=');
  return visitor.send(link, { note });
}

describe('discard', () => {
  it('removes the dead letter, and keeps the note and the operator’s name in the journey of its order', async () => {
    // Prepare
    await stage.ledger.orders.create(newOrder({ number: 'PO-7' }));
    await dead('PO-7', 'No article.');
    stage.clock.advance(60);
    // Act
    const { text } = await discarded('Typed by hand <today>');
    // Assess
    expect(text).toContain('Discarded 1 dead letter.');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': nothing, 'product-orders': nothing });
    expect((await stage.ledger.journeys.readJourney('PO-7')).at(-1)).toMatchObject({
      event: 'discarded',
      note: `Typed by hand <today> (signed by ${operator})`,
    });
    expect(await stage.ledger.deadLetters.listOfOrder('PO-7')).toMatchObject([
      { cause: 'unknown-article', isDead: false },
    ]);
    const journey = (await visitor.get('/order?number=PO-7')).text;
    expect(journey).toContain('Typed by hand &lt;today&gt;');
    expect(journey).toContain('Discarded by a person');
    expect(journey).toContain('A person discarded its dead letter.');
  });

  it('writes the discard into the booking: only a person opens it again', async () => {
    // Prepare
    const refusal = { reason: 'The period is closed.', cause: 'refused-by-erp' } as const;
    await refuse(stage.ledger, 'PO-D', await plan(stage.ledger, 'PO-D', 'm-PO-D'), refusal);
    const letter = { stage: 'book-completion', cause: refusal.cause, body: completion('PO-D') };
    await dead('PO-D', refusal.reason, letter);
    // Act
    await discarded('Booked in the ERP by hand');
    // Assess
    const [booking] = await stage.ledger.bookings.listOfOrder('PO-D');
    expect(booking).toMatchObject({ state: 'rejected', discarded: true });
    expect(booking?.content).toBeUndefined();
    expect((await visitor.get('/order?number=PO-D')).text).toContain('<dt>Discarded</dt>');
  });

  it('ends the record of a letter that the queue does not have any more, but not while another run may hold it', async () => {
    // Prepare
    await recorded('PO-1');
    await dead('PO-2', 'Something else.');
    await stage.store.read('dead-letters');
    // Act
    const held = await discarded('It was cancelled');
    await stage.empty();
    await recorded('PO-1');
    const { text } = await discarded('It was cancelled');
    // Assess
    expect(held.text).toContain('Another run holds 1 dead letter: discard the rest again');
    expect(text).toContain('Discarded 1 dead letter. The queue did not have 1 of them any more.');
    expect(await stage.ledger.deadLetters.listOfOrder('PO-1')).toMatchObject([{ isDead: false }]);
  });

  it.each(['', '   ', 'ok'])(
    'says so when the note is too short (%j), and discards nothing',
    async (note) => {
      await dead('PO-1', 'No article.');
      const { status, text } = await discarded(note);
      expect(status).toBe(200);
      expect(text).toContain('Nothing was done. Say in 5 to 500 characters');
      expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 1, hidden: 0 } });
    },
  );
});

describe('discard, when something fails', () => {
  const request = { wanted: () => true, note: 'Typed by hand' };
  const queue = () => deadLettersIn(stage.store);

  it('removes nothing and returns all letters when the ledger cannot be written', async () => {
    // Prepare
    for (const number of ['PO-1', 'PO-2']) await dead(number, 'No article.');
    const deadLetters = { markDiscarded: () => Promise.reject(new Error('The table is being restored.')) };
    const ledger = { ...stage.ledger, deadLetters };
    // Act
    const report = await discardDeadLetters(request, { deadLetters: queue(), ledger });
    // Assess
    expect(report).toMatchObject({
      selected: 2,
      discarded: 0,
      failure: 'The table is being restored.',
    });
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 2, hidden: 0 } });
  });

  it('says that there may be more when the first letter became visible before the last was taken', async () => {
    await dead('PO-1', 'No article.');
    const deadLetters = comingBack(queue());
    const report = await discardDeadLetters(request, { deadLetters, ledger: stage.ledger });
    expect(report).toMatchObject({
      discarded: 1,
      failure: expect.stringContaining('There are more dead letters'),
    });
  });

  it('says that letters remain when SQS does not remove them', async () => {
    // Prepare
    for (const number of ['PO-1', 'PO-2']) await dead(number, 'No article.');
    const stubborn = queue();
    const remove = stubborn.remove.bind(stubborn);
    stubborn.remove = async ([first, ...others]) => {
      await remove(others);
      return first ? [first] : [];
    };
    // Act
    const report = await discardDeadLetters(request, { deadLetters: stubborn, ledger: stage.ledger });
    // Assess
    expect(report).toMatchObject({ selected: 2, discarded: 1, failure: expect.stringContaining('again') });
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 1, hidden: 0 } });
  });
});
