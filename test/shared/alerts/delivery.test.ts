import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import type { LedgerStore } from '../../support/dynamodb.ts';
import { refused, startAlertStage } from './stage.ts';

const ok = () => ({ status: 200, body: 'ok' });
const undeliveredIn = (logged: readonly string[]) =>
  logged.flatMap((line): number[] => JSON.parse(line).AlertsUndelivered ?? []);

it.each([
  [
    'answers 400',
    () => ({ status: 400, body: 'invalid_payload' }),
    'it refuses a message (400: invalid_payload)',
  ],
  [
    'answers 404',
    () => ({ status: 404, body: 'no_team' }),
    'its address is not known there any more (404: no_team)',
  ],
  ['answers 410', () => ({ status: 410 }), 'its address is not known there any more (410)'],
  ['answers 500', () => ({ status: 500, body: '<html>Oh' }), 'it answers with 500'],
  ['cuts the connection', () => undefined, 'it cannot be reached'],
  ['hangs', () => 'hang' as const, 'it did not answer within 5 s'],
  [
    'redirects',
    () => ({ status: 302, headers: { location: 'http://127.0.0.1:9/' } }),
    'it answers with a redirect (302), which is not followed',
  ],
])('loses nothing and tells nobody twice when Slack %s', async (_, answer, problem) => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received, answers } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  answers.slack = answer;

  // Act
  await stage.run();
  const { failing } = await ledger.alerts.readState();
  const undelivered = undeliveredIn(stage.logged);
  answers.slack = ok;
  await stage.runFor(10);

  // Assess
  expect(failing.slack?.problem).toContain(problem);
  expect(JSON.stringify([failing, stage.logged])).not.toMatch(/secret-slack|sig=/);
  expect(undelivered).toEqual([1]);
  expect(
    [received.mails, received.teams, received.slack, received.webhook].map(({ length }) => length),
  ).toEqual([1, 1, 1, 1]);
  expect((await ledger.alerts.readState()).failing).toEqual({});
  expect(undeliveredIn(stage.logged)).toEqual([1]);
});

it('sends nothing to a channel that asks to slow down before the time that it names', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received, answers } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  let asked = 0;
  answers.slack = () => {
    asked += 1;
    return { status: 429, headers: { 'retry-after': '900' } };
  };

  // Act
  await stage.run();
  await stage.runFor(10);
  const early = asked;
  answers.slack = ok;
  await stage.runFor(5);

  // Assess
  expect(early).toBe(1);
  expect(received.slack).toHaveLength(1);
});

it('sends the next message to a channel that refuses one, and that one again later', async () => {
  const stage = await startAlertStage();
  const { ledger, received, answers } = stage;
  answers.webhook = ({ body }) => (body.includes('PO-1') ? { status: 400 } : ok());
  await ledger.deadLetters.record(refused('PO-1'));
  await stage.run();
  await ledger.deadLetters.record({ ...refused('PO-2'), cause: 'order-state' });
  await stage.runFor(5);
  const meanwhile = received.webhook.map(({ cause }) => cause);
  answers.webhook = ok;
  await stage.runFor(5);
  expect(meanwhile).toEqual(['order-state']);
  expect(received.webhook.map(({ cause }) => cause)).toEqual(['order-state', 'refused-by-erp']);
});

it('sends what a channel has missed in order, each once', async () => {
  const stage = await startAlertStage();
  const { ledger, received, answers } = stage;
  answers.teams = () => ({ status: 503 });
  await ledger.deadLetters.record(refused('PO-1'));
  await stage.run();
  await ledger.deadLetters.markReplayed({ messageId: 'message of PO-1', orderNumber: 'PO-1' }, 'by hand');
  await stage.runFor(5);
  answers.teams = ok;
  await stage.runFor(5);
  expect(received.teams.map((card) => JSON.stringify(card).includes('Over: '))).toEqual([false, true]);
  expect(received.webhook.map(({ event }) => event)).toEqual(['new', 'over']);
});

type Client = LedgerStore['client'];

/** A table at whose next call of a kind the process dies, before or after it is done. */
function dyingTable(fits: (command: unknown) => boolean, when: 'before' | 'after') {
  let strikes = true;
  const dynamodb = (client: Client): Client => {
    const send = async (command: Parameters<Client['send']>[0]) => {
      const dies = strikes && fits(command);
      strikes &&= !dies;
      if (dies && when === 'before') throw new Error('The process died.');
      const answer = await client.send(command);
      if (dies) throw new Error('The process died.');
      return answer;
    };
    // The overloads of the SDK's method are one function.
    return { send } as Client;
  };
  return dynamodb;
}

const putsMessage = (command: unknown) => command instanceof PutItemCommand;
const savesState = (command: unknown) =>
  command instanceof UpdateItemCommand && JSON.stringify(command.input).includes('#groups');
const notesDelivery = (command: unknown) => command instanceof DeleteItemCommand;

it.each([
  ['before a message is written', putsMessage, 'before', 1],
  ['after a message is written', putsMessage, 'after', 1],
  ['before its decision is saved', savesState, 'before', 1],
  ['after its decision is saved', savesState, 'after', 1],
  // Between a channel's answer and our note of it, at least once is all that can be promised.
  ['before it is noted that a channel has a message', notesDelivery, 'before', 2],
] as const)(
  'loses nothing when a run dies %s, and tells it so often at most: %#',
  async (_, fits, when, most) => {
    // Prepare
    const stage = await startAlertStage({ dynamodb: dyingTable(fits, when) });
    const { received } = stage;
    await stage.ledger.deadLetters.record(refused('PO-1'));

    // Act
    await expect(stage.run()).rejects.toThrow('The process died.');
    await stage.runFor(10);

    // Assess: who gets it twice knows it by its id.
    const lengths = [received.mails, received.teams, received.slack, received.webhook].map(
      ({ length }) => length,
    );
    expect(Math.min(...lengths)).toBe(1);
    expect(Math.max(...lengths)).toBe(most);
    expect(new Set(received.webhook.map(({ id }) => id)).size).toBe(1);
  },
);

it('never sends what a run that died had decided, and the next one did not', async () => {
  // Prepare: two messages are written, and the run dies before it counts them.
  const dynamodb = dyingTable(savesState, 'before');
  const morningMail = { at: '10:00', workdays: ['tuesday' as const], emails: ['planning@plant.example'] };
  const stage = await startAlertStage({ dynamodb, deployment: { morningMail } });
  const { ledger, received } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  await ledger.deadLetters.record({ ...refused('PO-2'), cause: 'order-state' });
  await expect(stage.run()).rejects.toThrow('The process died.');

  // Act: one of them is corrected; then the morning mail becomes the second message.
  await ledger.deadLetters.markDiscarded(refused('PO-1'), 'booked by hand');
  await stage.runFor(120);

  // Assess
  expect(received.webhook.map(({ cause }) => cause)).toEqual(['order-state']);
  expect(received.mails.map(({ topic }) => topic)).toEqual(['alerts', 'morning']);
});

it('tells once of a trouble when two runs come at the same moment', async () => {
  const stage = await startAlertStage();
  await stage.ledger.deadLetters.record(refused('PO-1'));
  const reports = await Promise.all([stage.run(), stage.run()]);
  expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['another run is under way', 'done']);
  expect(stage.received.webhook).toHaveLength(1);
});
