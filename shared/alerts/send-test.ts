import * as z from 'zod/mini';
import type { Clock } from '../platform/clock.ts';
import { shellWord } from '../platform/shell-word.ts';
import type { Alert } from './alert.ts';
import type { Channels } from './channels/channels.ts';

/** A run by hand may ask for a test message to each channel. */
export const alertEventSchema = z.object({ test: z._default(z.boolean(), false) });

/** The problem of the test message by the channel's name; empty where it was delivered. */
export type TestReport = Readonly<Record<string, string>>;

/** Sends one message to each channel, without the outbox, as the operator waits for the answers. */
export async function sendTest({
  clock,
  stack,
  channels,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly stack: string;
  readonly channels: Channels;
}): Promise<TestReport> {
  const alert = exampleOf(stack, clock.now());
  const { title: subject, summary: text } = alert;
  const sent = await Promise.all(
    channels.all.map(async (channel) => {
      const message =
        channel === 'morning-mail'
          ? ({ type: 'mail', subject, text } as const)
          : ({ type: 'alert', alert } as const);
      const delivery = await channels.send(channel, message);
      return [channel, delivery.delivered ? '' : delivery.problem] as const;
    }),
  );
  return Object.fromEntries(sent);
}

function exampleOf(stack: string, now: Date): Alert {
  const at = now.toISOString();
  const where = `--stack ${shellWord(stack)}`;
  return {
    v: 1,
    id: 'test',
    stack,
    at,
    event: 'test',
    kind: 'test',
    title: `${stack}: test of the alerts`,
    summary: 'Somebody has asked for this message. Nothing is wrong, and nothing has to be done.',
    since: at,
    count: 1,
    troubles: [
      {
        order: 'MO/EXAMPLE',
        article: 'GEAR-01',
        quantity: '5 pcs',
        since: at,
        why: 'This is where the reason is shown, as in the journey.',
        next: 'This is where the next step is shown.',
        command: `npm run trace -- ${where} MO/EXAMPLE`,
      },
    ],
    command: `npm run alert -- ${where}`,
  };
}
