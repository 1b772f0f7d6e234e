import { beforeEach, describe, expect, it } from 'vitest';
import { causes } from '../../../shared/model/causes.ts';
import { refused, startAlertStage } from './stage.ts';

const twoDays = 2 * 24 * 60;
const works = () => ({ status: 200, body: 'ok' });
const fails = () => ({ status: 503 });

/** Twelve kinds are open: eleven causes of dead letters, and a partner that is down. */
const elevenCauses = causes.slice(0, 11);

let stage: Awaited<ReturnType<typeof startAlertStage>>;
beforeEach(async () => {
  stage = await startAlertStage();
  await stage.outage('erp');
  for (const cause of elevenCauses)
    await stage.ledger.deadLetters.record({ ...refused(`of ${cause}`), cause });
});

const isReminder = (message: unknown) => JSON.stringify(message).includes('Still open: ');

describe('after two days in which twelve kinds were open', () => {
  it('a channel that was away gets one message that names them, and none about itself; the others got each once a day', async () => {
    // Prepare
    stage.answers.slack = fails;
    await stage.runFor(twoDays, 30);
    expect(stage.received.slack).toEqual([]);
    const meanwhile = stage.received.webhook.filter(({ kind }) => kind !== 'channel-down');
    expect(meanwhile.length).toBeLessThanOrEqual(2 * 12);

    // Act
    stage.answers.slack = works;
    await stage.runFor(15);

    // Assess
    const [summary, ...later] = stage.received.slack.map((message) => JSON.stringify(message));
    expect(summary).toContain('messages could not be delivered here from 2026-11-24 ');
    expect(summary).toContain('Open of it: The ERP has been down since 2026-11-24 09:00');
    expect(summary).toContain('of booked-otherwise: completion cannot be booked in the ERP');
    expect(summary).toContain('And 2 more.');
    expect(summary).not.toMatch(/Still open|no messages/);
    expect(later.filter((message) => !isReminder(message))).toEqual([
      expect.stringContaining('All channels of the alerts take messages again'),
    ]);
  });

  it('with none that took messages, each gets one message, and none says that they take none', async () => {
    // Prepare
    const { answers, sns, received } = stage;
    Object.assign(answers, { teams: fails, slack: fails, webhook: fails });
    sns.isUp = false;
    await stage.runFor(twoDays, 30);

    // Act
    Object.assign(answers, { teams: works, slack: works, webhook: works });
    sns.isUp = true;
    await stage.runFor(15);

    // Assess
    for (const messages of [received.mails, received.teams, received.slack, received.webhook]) {
      const [summary, ...later] = messages.map((message) => JSON.stringify(message));
      expect(summary).toContain('messages could not be delivered here from 2026-11-24 ');
      expect(summary).not.toMatch(/Still open|no messages/);
      expect(later.filter((message) => !isReminder(message))).toEqual([
        expect.stringContaining('All channels of the alerts take messages again'),
      ]);
    }
  });
});
