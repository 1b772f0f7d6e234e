import { expect, it } from 'vitest';
import { alertWebhooksSchema } from '../../../shared/alerts/channels/channels.ts';
import { mailSubject } from '../../../shared/alerts/channels/forms.ts';
import { removedConcern } from '../../../shared/ledger/records/concerns.ts';
import { refused, startAlertStage } from './stage.ts';

const bytesOf = (message: unknown) => Buffer.byteLength(JSON.stringify(message));

it('tells of ten thousand troubles in one message of bounded size, with a bounded number of calls', async () => {
  // Prepare
  let calls = 0;
  const stage = await startAlertStage({
    dynamodb: (client) => ({
      // The overloads of the SDK's method are one function.
      ...({
        send: (command: Parameters<typeof client.send>[0]) => {
          calls += 1;
          return client.send(command);
        },
      } as typeof client),
    }),
  });
  const { ledger, received } = stage;
  // The first run counts a month of days.
  await stage.run();
  calls = 0;
  for (let at = 0; at < 10_000; at += 1) await ledger.deadLetters.record(refused(`PO-${at}`));

  // Act
  await stage.run();
  await stage.runFor(15);

  // Assess
  const [told, ...others] = received.webhook;
  expect(others).toEqual([]);
  expect([told?.count, told?.troubles.length]).toEqual([10_000, 10]);
  const text = received.mails[0]?.text ?? '';
  expect(text).toContain('… and 9,990 more: npm run replay -- --stack AzumutaErp-ghent-production');
  // It fits a phone: what the ten have in common is said once.
  expect(text.match(/Why: |Next: |npm run /g)).toEqual(['Why: ', 'Next: ', 'npm run ']);
  expect(Math.max(...[received.teams, received.slack, received.webhook].flat().map(bytesOf))).toBeLessThan(
    20_000,
  );
  expect(calls).toBeLessThan(180);
}, 120_000);

it('stays within the limits of each channel, with any numbers, articles and reasons', async () => {
  // Prepare: an order number with markup, a bell, a line break and a change of direction
  const stage = await startAlertStage();
  const nasty = `*bold* <!channel> & {{DATE(2026-11-24T08:00:00Z)}} ${'€'.repeat(100)}`;
  const reason = `Ring\u0007, turn\u202e and\r\nbreak: <b>${'𝄞'.repeat(600)}`;
  for (let at = 0; at < 12; at += 1) await stage.ledger.deadLetters.record(refused(`${at} ${nasty}`, reason));

  // Act
  await stage.run();

  // Assess
  const { mails, teams, slack, webhook } = stage.received;
  const [alert] = webhook;
  expect(JSON.stringify([mails, teams, slack, webhook])).not.toMatch(/\\u0007|\\u202e|\u202e/);
  expect(alert?.troubles[0]?.why).toMatch(/^Ring , turn and break: <b>/);
  expect(alert?.troubles.every(({ why, order }) => !/\n/.test(why + order))).toBe(true);
  expect(bytesOf(teams[0])).toBeLessThan(20_000);
  expect(JSON.stringify(teams[0])).not.toContain('{{DATE');
  expect(JSON.stringify(slack[0])).not.toMatch(/<!channel>|mrkdwn/);
  expect(JSON.stringify(slack[0])).toContain('&lt;!channel&gt; &amp;');
  expect(mails[0]?.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
});

it('makes a subject of less than 100 printable characters of any title', () => {
  expect(mailSubject(`Ghent: Mø/${'9'.repeat(200)}\n„x”`)).toMatch(/^Ghent: M\?\/9{86}\.\.\.$/);
  expect(mailSubject('Ghent: é')).toBe('Ghent: e');
});

it.each([
  ['https://hooks.example/a', true],
  ['http://127.0.0.1:8080/a', true],
  ['http://hooks.example/a', false],
])('takes %s as the address of a webhook: %s', (slack, isTaken) => {
  expect(alertWebhooksSchema.safeParse({ slack }).success).toBe(isTaken);
});

it('names an order in a command only as it is, and as every shell reads it: whoever reads an alert has another one', async () => {
  // Prepare
  const stage = await startAlertStage();
  const [inWords, lookAlikes] = [
    ["MO 1's", '$(id)', '--go', 'A&B'],
    ['MO/0044\u200b', 'MO  0042'],
  ];
  for (const number of [...inWords, ...lookAlikes]) await stage.ledger.deadLetters.record(refused(number));
  for (const number of lookAlikes) await stage.ledger.concerns.begin(number, removedConcern);

  // Act
  await stage.run();

  // Assess
  const [letters, removed] = stage.received.webhook.map(({ troubles }) => troubles);
  const where = '-- --stack AzumutaErp-ghent-production';
  const notTyped = { command: `npm run replay ${where}`, next: expect.stringContaining('No command names') };
  expect(letters).toHaveLength(6);
  for (const number of inWords.slice(1))
    expect(letters).toContainEqual(expect.objectContaining({ order: number, ...notTyped }));
  expect(letters).toContainEqual(
    expect.objectContaining({ order: "MO 1's", command: `npm run replay ${where} --order "MO 1's"` }),
  );
  expect(letters?.filter(({ command }) => command === notTyped.command)).toHaveLength(5);
  expect(removed?.map(({ command }) => command)).toEqual(Array(2).fill(`npm run alert ${where}`));
});
