import { ListSubscriptionsByTopicCommand, SNSClient, type Subscription } from '@aws-sdk/client-sns';
import { type ChannelName, channelWords } from '../../../shared/alerts/channels/channels.ts';
import { localTime } from '../../../shared/model/time.ts';
import { ledgerOf, type Target, whereOf } from '../cli/target.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';

const lists = {
  AlarmTopic: 'Mails of alarms',
  AlertTopic: 'Mails of alerts',
  MorningMailTopic: 'Morning mail',
} as const;

/** Whether somebody hears: who has confirmed, and which channels refuse. */
export function alertChecks(target: Target): Check[] {
  return [
    ...Object.entries(lists)
      .filter(([output]) => output in target.outputs)
      .map(([output, about]) => check(about, () => lookAtList(target, output))),
    check('Channels of alerts', () => lookAtChannels(target)),
  ];
}

async function lookAtList(target: Target, output: string) {
  const subscriptions = await subscriptionsOf(target, target.output(output));
  if (subscriptions.length === 0)
    return notice(
      'go to nobody by mail',
      'name addresses in deployment.alarmEmails, deployment.alerts or deployment.morningMail, and deploy',
    );
  // SNS has no ARN for a subscription until its address has confirmed it: API reference of ListSubscriptionsByTopic.
  const waiting = subscriptions.filter(({ SubscriptionArn = '' }) => !SubscriptionArn.startsWith('arn:'));
  if (waiting.length > 0)
    return wrong(
      `${waiting.map(({ Endpoint }) => Endpoint).join(', ')} never confirmed: no mail reaches that address`,
      'open the link in the mail "AWS Notification - Subscription Confirmation" (look among the spam); it is valid for two days, and a deployment without and with the address sends another',
    );
  return fine(`go to ${subscriptions.map(({ Endpoint }) => Endpoint).join(', ')}`);
}

async function subscriptionsOf({ aws }: Target, TopicArn: string): Promise<Subscription[]> {
  const client = new SNSClient(aws);
  const found: Subscription[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    found.push(...(page.Subscriptions ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  return found;
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
