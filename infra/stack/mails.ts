import { Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';
import { acknowledge } from './nag.ts';

/**
 * The topics of the mails that functions write. Until somebody has confirmed, an address gets AWS's mail with a link only.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
 */
export function createMails(stack: Stack, { alarmEmails, alerts, morningMail }: CompleteDeployment) {
  const scope = new Construct(stack, 'Mails');
  return {
    alerts: new MailingList(scope, 'Alerts', 'alerts', alerts.emails ?? alarmEmails),
    /** Undefined where nobody gets a morning mail. */
    morning: morningMail && new MailingList(scope, 'Morning', 'morning mail', morningMail.emails),
  };
}

export type Mails = ReturnType<typeof createMails>;

/** A topic of mails. Its policy only denies what is not encrypted: whoever is of the same account may publish. */
export class MailingList extends Topic {
  /** @param what Is mailed; the sender's name says it, with plant and stage. */
  constructor(scope: Construct, id: string, what: string, addresses: readonly string[]) {
    const of = Stack.of(scope).stackName.replace(/^AzumutaErp-/, '');
    super(scope, id, { displayName: `Azumuta-ERP ${what} of ${of}`, enforceSSL: true });
    for (const address of addresses) this.addSubscription(new EmailSubscription(address));
    acknowledge(this, {
      'Serverless::Serverless-SNSRedrivePolicy':
        'SNS tries a mail again for hours; what it cannot deliver to one address, the console and the other channels show.',
    });
  }
}
