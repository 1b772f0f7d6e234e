import { type Answer, startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:completions';

/**
 * An account whose Lambda takes `slowness` looks to switch a mapping, as the real one does (it is `Disabling` for
 * some seconds). Another queue's mapping is in every list.
 */
export async function startAccount({ slowness = 0, mapped = true, refuses = false } = {}) {
  const updates: unknown[] = [];
  const state = { now: 'Enabled', next: 'Enabled', left: 0 };

  function update(wanted: { readonly Enabled: boolean }): Answer {
    if (state.left > 0) return refusal(400, 'ResourceInUseException', 'It is in use');
    if (refuses) return refusal(403, 'AccessDeniedException', 'User is not authorized to perform it');
    updates.push(wanted);
    const [now, next] = wanted.Enabled ? ['Enabling', 'Enabled'] : ['Disabling', 'Disabled'];
    Object.assign(state, { now, next, left: slowness });
    return { status: 202, body: { State: now } };
  }

  function mappings() {
    if (state.left > 0) state.left -= 1;
    else state.now = state.next;
    const mine = { UUID: 'u-1', EventSourceArn: queueArn, State: state.now };
    const other = { UUID: 'u-2', EventSourceArn: `${queueArn}-of-others`, State: 'Enabled' };
    return mapped ? [other, mine] : [other];
  }

  const { url: endpoint } = await startServer(({ method, headers, body }) => {
    if (String(headers['x-amz-target']).startsWith('AmazonSQS'))
      return { body: { Attributes: { QueueArn: queueArn, ApproximateNumberOfMessages: '3' } } };
    return method === 'PUT' ? update(JSON.parse(body)) : { body: { EventSourceMappings: mappings() } };
  });
  const queue = `${endpoint}/000000000000/completions`;
  const queues = { CompletionsQueue: queue, ProductOrdersQueue: queue, DeadLetterQueue: queue };
  const target = onThisMachine(queues, endpoint);
  return { updates, target };
}

const refusal = (status: number, type: string, Message: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { Message },
});
