import { expect, it } from 'vitest';
import { shareable } from '../../../../infra/ops/cli/redact.ts';
import { signedNote } from '../../../../infra/ops/cli/target.ts';

it('leaves out secrets, signatures, mail addresses and the numbers of AWS accounts, and says that free text may name a person', () => {
  // Prepare
  const anna = 'anna, arn:aws:sts::123456789012:assumed-role/operators/anna@plant.example';
  const outputs = {
    WebhookTokenSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:token',
    CompletionsQueue: 'https://sqs.eu-west-1.amazonaws.com/123456789012/completions',
    WebhookUrl: 'https://a.example/webhooks/azumuta/product-order-completed/t0ps3cret',
  };
  const order = {
    number: 'MO/1',
    state: 'needs a person',
    says: `Given up: ${signedNote('booked by hand', anna)}`,
    journey: [
      { event: 'retry', note: 'The ERP said: password=hunter2 is wrong' },
      { event: 'retry', note: 'Locked by Berta: ask b.peeters@plant.example or it@erp.plant.example.' },
      { event: 'discarded', note: signedNote('booked by hand', anna) },
      { event: 'given up', note: signedNote('scrapped', anna) },
      { event: 'settled', note: signedNote('counted again', 'Jan (the boss) of line 2') },
      { event: 'settled', note: signedNote('counted again', 'Jan (the boss)').slice(0, -4) },
      { event: 'over', note: signedNote('corrected on paper', anna).slice(0, -3) },
    ],
  };

  // Act
  const text = JSON.stringify(shareable({ asked: 'MO/1', outputs, productOrders: [order] }));

  // Assess
  for (const secret of [
    '123456789012',
    't0ps3cret',
    'hunter2',
    'anna',
    'peeters',
    'it@erp',
    'Jan',
    'boss',
    'line 2',
  ])
    expect(text).not.toContain(secret);
  for (const told of [
    'Locked by Berta',
    'may name a person: read it before you send it on',
    'needs a person',
    'booked by hand',
    'product-order-completed',
    'eu-west-1',
  ])
    expect(text).toContain(told);
});
