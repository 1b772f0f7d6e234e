import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { queueKeepsDays } from '../../shared/model/queues.ts';
import { acknowledge } from './nag.ts';

export const consumers = ['create-product-orders', 'book-completion'] as const;

/** Batches are taken at once: people wait for orders, and messages are few. */
export const batchWindow = Duration.seconds(0);

/** How long one attempt of a consumer may take; queues hide their messages for six times as long (AWS advice). */
export const consumerTimeout = Duration.seconds(60);

/**
 * The queues of both flows, and the dead letters that a person looks at. Consumers put dead letters there
 * themselves, with the reason; SQS does so only after a thousand receives.
 */
export class Queues extends Construct {
  readonly productOrders: Queue;
  readonly completions: Queue;
  readonly deadLetters: Queue;
  readonly work: Readonly<Record<(typeof consumers)[number], Queue>>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(queueKeepsDays),
    } as const;
    this.deadLetters = new Queue(this, 'DeadLetters', common);
    acknowledge(this.deadLetters, {
      'Serverless::Serverless-SQSRedrivePolicy': 'Dead letters end here; a person empties it.',
    });
    const work = (name: string) =>
      new Queue(this, name, {
        ...common,
        visibilityTimeout: Duration.seconds(consumerTimeout.toSeconds() * 6 + batchWindow.toSeconds()),
        deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 1000 },
      });
    this.productOrders = work('ProductOrders');
    this.completions = work('Completions');
    this.work = {
      'create-product-orders': this.productOrders,
      'book-completion': this.completions,
    };
  }
}
