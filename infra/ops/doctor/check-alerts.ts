import { type ChannelName, channelWords } from '../../../shared/alerts/channels/channels.ts';
import { localTime } from '../../../shared/model/time.ts';
import { ledgerOf, type Target, whereOf } from '../cli/target.ts';
import { type Check, check, fine, wrong } from './finding.ts';

/** Whether each channel takes what people are told: a webhook may have been removed since. */
export function alertChecks(target: Target): Check[] {
  return [check('Channels of alerts', () => lookAtChannels(target))];
}

async function lookAtChannels(target: Target) {
  const { failing } = await ledgerOf(target).alerts.state();
  const found = Object.entries(failing).map(([channel, { since, problem }]) =>
    wrong(
      `${wordsOf(channel)}: ${problem} (since ${localTime(new Date(since), target.output('TimeZone'))})`,
      'mend it; what was not delivered is sent then, for 14 days',
      `npm run alert -- --test ${whereOf(target)}`,
    ),
  );
  return found.length > 0 ? found : fine('took all that was sent');
}

function wordsOf(channel: string): string {
  const names: Readonly<Record<string, string>> = channelWords satisfies Record<ChannelName, string>;
  return names[channel] ?? channel;
}
