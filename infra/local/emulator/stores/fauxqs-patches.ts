/**
 * Fixes where fauxqs 2.4.1 differs from SQS, before it starts. Its package exports its start function only, so its
 * modules are imported by their URLs; a version whose modules look different is refused.
 *
 * 1. ChangeMessageVisibility to 0 writes NULL into a NOT NULL column: the call fails, and the message is gone
 *    until the store restarts.
 * 2. The move to a dead-letter queue is two writes, so that a kill between them loses the message.
 * 3. A long poll wakes all waiters for one message and sends the losers away empty, and it gives messages to
 *    callers that have hung up, hiding them for a whole visibility timeout.
 */
export async function patchFauxqs(): Promise<void> {
  const at = import.meta.resolve('fauxqs');
  const module = (path: string) => import(new URL(path, at).href);
  const { SqsQueue }: { SqsQueue: Class<Queue> } = await module('./sqs/sqsStore.js');
  const { SqsRouter }: { SqsRouter: Class<Router> } = await module('./sqs/sqsRouter.js');
  const { PersistenceManager }: { PersistenceManager: Class<Persistence> } = await module('./persistence.js');

  const { dequeue, changeVisibility } = SqsQueue.prototype;
  const { transaction, updateMessageReady } = PersistenceManager.prototype;
  const { register } = SqsRouter.prototype;
  for (const known of [dequeue, changeVisibility, transaction, updateMessageReady, register]) {
    if (typeof known !== 'function')
      throw new Error('fauxqs has changed: review infra/local/emulator/stores/fauxqs-patches.ts.');
  }

  PersistenceManager.prototype.updateMessageReady = function (messageId) {
    const sql =
      'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?';
    this.db.prepare(sql).run(messageId);
  };

  SqsQueue.prototype.dequeue = function (...parameters) {
    let messages: unknown[] = [];
    const take = () => {
      messages = dequeue.apply(this, parameters);
    };
    if (this.persistence) this.persistence.transaction(take);
    else take();
    return messages;
  };

  SqsRouter.prototype.register = function (action, original) {
    const patient: Handler = (...parameters) => receive(original, ...parameters);
    register.call(this, action, action === 'ReceiveMessage' ? patient : original);
  };
}

async function receive(original: Handler, ...[body, store, request]: Parameters<Handler>): Promise<Result> {
  const queue = body.QueueUrl === undefined ? undefined : store.getQueue(body.QueueUrl);
  const seconds = Number(body.WaitTimeSeconds ?? queue?.attributes.ReceiveMessageWaitTimeSeconds ?? 0);
  // The store refuses an invalid request at once.
  if (!queue || !(seconds > 0 && seconds <= 20)) return original(body, store, request);
  const until = performance.now() + seconds * 1000;
  for (;;) {
    if (request.raw.socket.destroyed) return {};
    const result = await original({ ...body, WaitTimeSeconds: 0 }, store, request);
    const left = until - performance.now();
    if (result.Messages !== undefined || left <= 0) return result;
    await queue.waitForMessages(left / 1000);
    // An empty queue that is being shut down wakes its waiters, too.
    if (queue.persistence?.db.isOpen === false) return {};
  }
}

type Handler = (
  body: { readonly QueueUrl?: string; readonly WaitTimeSeconds?: number },
  store: { getQueue(url: string): Queue | undefined },
  request: { readonly raw: { readonly socket: { readonly destroyed: boolean } } },
) => Result | Promise<Result>;

interface Result {
  readonly Messages?: unknown[];
}

interface Persistence {
  readonly db: {
    readonly isOpen: boolean;
    prepare(sql: string): { run(...values: string[]): unknown };
  };
  transaction(work: () => void): void;
  updateMessageReady(messageId: string): void;
}

interface Queue {
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly persistence?: Persistence;
  dequeue(...parameters: unknown[]): unknown[];
  changeVisibility(receiptHandle: string, seconds: number): void;
  waitForMessages(seconds: number): Promise<void>;
}

interface Router {
  register(action: string, handler: Handler): void;
}

interface Class<T> {
  readonly prototype: T;
}
