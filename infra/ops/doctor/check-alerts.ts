import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { channelWords } from '../../../shared/alerts/english.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { outboxKeepsSeconds } from '../../../shared/ledger/records/alerts.ts';
import { durationInWords, localTime } from '../../../shared/model/time.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { counted } from '../cli/output.ts';
import { ledgerOf, optionsForTarget, type Target } from '../cli/target.ts';
import { type DoctorCheck, defineCheck, fine, notice, wrong } from './finding.ts';

export async function lookAtChannels(target: Target) {
  const { failing } = await ledgerOf(target).alerts.readState();
  const found = Object.entries(failing).map(([channel, { since, problem }]) =>
    wrong(
      `${channelWords[channel] ?? channel}: ${problem} (since ${localTime(new Date(since), target.output('TimeZone'))})`,
      `repair it; what was not delivered in the last ${durationInWords(outboxKeepsSeconds)} is sent then`,
      `npm run alert -- --test ${optionsForTarget(target)}`,
    ),
  );
  return found.length > 0 ? found : fine('accepted all that was sent');
}

type ConfiguredDeployment = CompleteIntegration['deployment'];

const mailLists = [
  { output: 'AlarmTopic', about: 'Alarm mails', field: 'deployment.alarmEmails' },
  { output: 'AlertTopic', about: 'Alert mails', field: 'deployment.alerts.emails' },
  { output: 'MorningMailTopic', about: 'Morning mail', field: 'deployment.morningMail.emails' },
] as const;

const configuredAddresses = ({ alarmEmails, alerts, morningMail }: ConfiguredDeployment) => ({
  AlarmTopic: alarmEmails,
  AlertTopic: alerts.emails ?? alarmEmails,
  MorningMailTopic: morningMail?.emails ?? [],
});

export function mailChecks(target: Target, integration: CompleteIntegration | undefined): DoctorCheck[] {
  // The platform on this machine sends no mails, and a stack has no topic for mails that nobody wants.
  if (target.local) return [];
  const found = mailLists
    .filter(({ output }) => target.outputs[output] !== undefined)
    .map((list) => defineCheck(list.about, () => lookAtMailList(target, list, integration?.deployment)));
  return target.outputs.AlarmTopic === undefined ? [defineCheck('Alarms', noAlarms), ...found] : found;
}

const noAlarms = async () =>
  notice(
    'there are none: nobody is mailed when a function fails or a queue is stuck',
    'nothing in a stage for trying; else set deployment.alarms to true, and deploy',
  );

async function lookAtMailList(
  target: Target,
  { output, field }: (typeof mailLists)[number],
  deployment: ConfiguredDeployment | undefined,
) {
  const topicArn = target.output(output);
  const { confirmed, waiting } = await subscribersOf(target, topicArn);
  const gone = (deployment ? configuredAddresses(deployment)[output] : []).filter(
    (address) => !confirmed.includes(address) && !waiting.includes(address),
  );
  const found = [
    ...waiting.map((address) =>
      wrong(
        `${address} has not confirmed its subscription, and gets nothing`,
        'click the link in the mail of AWS Notifications, within two days of the deployment',
      ),
    ),
    ...gone.map((address) =>
      wrong(
        `${address} is not subscribed any more: SNS removes addresses that were not confirmed for two days`,
        'subscribe it again, with the rights of an administrator, and click the link in the mail that comes',
        `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ${shellWord(address)}`,
      ),
    ),
  ];
  if (found.length > 0) return found;
  if (confirmed.length > 0) return fine(`go to ${counted(confirmed.length, 'address', 'addresses')}`);
  const webhooks = deployment?.alerts.webhooks ?? [];
  if (output === 'AlertTopic' && webhooks.length > 0)
    return fine(`go to nobody, as alerts go to ${webhooks.join(' and ')}`);
  return wrong('nobody gets them', `name an address in the configuration (${field}), and deploy`);
}

/**
 * What became of a test on each channel: SNS accepts a mail even if nobody gets it. A list without any address is left out
 * where alerts go to a webhook. @param report By channel; an empty text where it was accepted.
 */
export async function correctTestReport(target: Target, report: Readonly<Record<string, string>>) {
  const topics: Readonly<Record<string, string>> = {
    email: 'AlertTopic',
    'morning-mail': 'MorningMailTopic',
  };
  const hasWebhook = Object.keys(report).some((channel) => !(channel in topics));
  const problems: Record<string, string> = {};
  for (const [channel, problem] of Object.entries(report)) {
    const topic = target.local || problem !== '' ? undefined : target.outputs[topics[channel] ?? ''];
    const { confirmed, waiting } = topic
      ? await subscribersOf(target, topic)
      : { confirmed: [''], waiting: [] };
    if (confirmed.length > 0) problems[channel] = problem;
    else if (!hasWebhook || waiting.length > 0) problems[channel] = 'nobody gets it: no address is confirmed';
  }
  return problems;
}

/**
 * @see https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html (100 at a time)
 * @see https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/
 */
async function subscribersOf({ aws }: Target, TopicArn: string) {
  const confirmed: string[] = [];
  const waiting: string[] = [];
  const pages = paginateListSubscriptionsByTopic({ client: new SNSClient(aws) }, { TopicArn });
  for await (const { Subscriptions = [] } of pages)
    for (const { Endpoint = 'an address', SubscriptionArn } of Subscriptions)
      (SubscriptionArn === 'PendingConfirmation' ? waiting : confirmed).push(Endpoint);
  return { confirmed, waiting };
}
