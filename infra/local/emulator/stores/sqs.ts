import { Server } from 'node:net';
import { type AwsClient, awsClient } from '../aws-endpoint/client.ts';
import { runService } from '../process/child-process.ts';
import type { LocalQueue } from '../template/read-stack.ts';

interface QueuesConfiguration {
  readonly port: number;
  readonly directory: string;
  readonly region: string;
  readonly queues: readonly LocalQueue[];
}

/**
 * The queues, kept by fauxqs in SQLite on disk. Every change is committed before it is answered, so that it
 * survives kill -9; a message that was in flight remains in flight until its visibility timeout ends.
 */
runService(async ({ port, directory, region, queues }: QueuesConfiguration) => {
  stayOnLoopback();
  const { startFauxqs } = await import('fauxqs');
  await keepVisibleMessages();
  const fauxqs = await startFauxqs({ port, logger: false, defaultRegion: region, dataDir: directory });
  const sqs = awsClient(`http://127.0.0.1:${port}`, 'sqs', { accessKeyId: 'local', region });
  // In any order: a redrive policy names its dead-letter queue by ARN, which need not exist yet.
  for (const queue of queues) await ensureQueue(sqs, queue);
  return { stop: () => fauxqs.stop() };
});

/** fauxqs always listens on 0.0.0.0, so the address is changed in the call of `listen` itself. */
function stayOnLoopback(): void {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...parameters: unknown[]) {
    const [options, ...rest] = parameters;
    const hasPort = typeof options === 'object' && options !== null && 'port' in options;
    if (!hasPort) {
      throw new Error('fauxqs listens in an unknown way: review infra/local/emulator/stores/sqs.ts.');
    }
    return Reflect.apply(listen, this, [{ ...options, host: '127.0.0.1' }, ...rest]);
  };
}

interface Persistence {
  readonly db: { prepare(sql: string): { run(messageId: string): unknown } };
  updateMessageReady(messageId: string): void;
}

/**
 * fauxqs 2.4.1 writes NULL into a NOT NULL column when a message is made visible at once: the call fails, and the
 * message is gone until the store restarts. Its package exports its start function only, so the module has its URL.
 */
async function keepVisibleMessages(): Promise<void> {
  const { href } = new URL('./persistence.js', import.meta.resolve('fauxqs'));
  const loaded: { PersistenceManager: { prototype: Persistence } } = await import(href);
  const { prototype } = loaded.PersistenceManager;
  if (typeof prototype.updateMessageReady !== 'function')
    throw new Error('fauxqs has changed: review infra/local/emulator/stores/sqs.ts.');
  prototype.updateMessageReady = function (messageId) {
    const sql =
      'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?';
    this.db.prepare(sql).run(messageId);
  };
}

async function ensureQueue(sqs: AwsClient, queue: LocalQueue): Promise<void> {
  const { name, ref: QueueUrl, VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = queue;
  const given = Object.entries({ VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy });
  // SQS's API takes every attribute as text, and policies as JSON text.
  const Attributes = Object.fromEntries(given.map(([name, value]) => [name, JSON.stringify(value)]));
  const created = await sqs('CreateQueue', { QueueName: name, Attributes });
  if (created.status === 200) return;
  if (!created.type.endsWith('QueueNameExists')) throw new Error(`Queue ${name}: ${created.text}`);
  // The data folder holds it with the attributes of an earlier template.
  const updated = await sqs('SetQueueAttributes', { QueueUrl, Attributes });
  if (updated.status !== 200) throw new Error(`Queue ${name}: ${updated.text}`);
}
