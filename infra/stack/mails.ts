import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { acknowledge } from './nag.ts';

/**
 * The topics of the mails that functions write. Each address first gets a mail from AWS with a link, and nothing else
 * until somebody has confirmed.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
 */
export class Mails extends Construct {
  readonly alerts: Topic;
  /** Undefined where nobody gets a morning mail. */
  readonly morning: Topic | undefined;

  constructor(scope: Construct, id: string, { plant, deployment }: CompleteIntegration) {
    super(scope, id);
    const { alarmEmails, alerts, morningMail } = deployment;
    this.alerts = this.list('Alerts', `Azumuta-ERP alerts of ${plant}`, alerts.emails ?? alarmEmails);
    this.morning =
      morningMail && this.list('Morning', `Azumuta-ERP morning mail of ${plant}`, morningMail.emails);
  }

  private list(id: string, displayName: string, addresses: readonly string[]): Topic {
    // Its policy only denies what is not encrypted: the function publishes with its role, of the same account.
    const topic = new Topic(this, id, { displayName, enforceSSL: true });
    for (const address of addresses) topic.addSubscription(new EmailSubscription(address));
    acknowledge(topic, {
      'Serverless::Serverless-SNSRedrivePolicy':
        'SNS tries a mail again for hours; what it cannot deliver to one address, the console and the other channels show.',
    });
    return topic;
  }
}
