import { expect, it } from 'vitest';
import { signedNote } from '../../../../infra/ops/cli/signed-note.ts';
import { namesIn, supportTextOf } from '../../../../infra/ops/support/support-file.ts';
import integration from '../../../../integration.config.ts';

const entry = (event: string, note: string) => ({ at: '2026-11-24T08:00:00.000Z', of: 'order', event, note });

const stack = 'AzumutaErp-ghent-production';
const known = { writtenAt: '2026-11-24T09:00:00.000Z', versions: { integration: '0.2.0' }, stack };

it('leaves out secrets, who did something, and the numbers of AWS accounts', () => {
  // Prepare
  const anna = 'anna, arn:aws:sts::123456789012:assumed-role/operators/anna@plant.example';
  const outputs = {
    WebhookTokenSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:token',
    CompletionsQueue: 'https://sqs.eu-west-1.amazonaws.com/123456789012/completions',
    WebhookUrl: 'https://a.example/webhooks/azumuta/product-order-completed/t0ps3cret',
  };
  const order = {
    ...{ number: 'MO/1', erpOrder: undefined, part: undefined, azumuta: undefined },
    ...{ cause: undefined, draft: undefined },
    ...{ state: 'needs a person' as const, stage: 'in Azumuta' as const },
    ...{ says: `Given up: ${signedNote('booked by hand', anna)}`, next: undefined, command: undefined },
    bookings: [],
    deadLetters: [],
    journey: [
      entry('retry', 'The ERP said: password=hunter2 is wrong'),
      entry('discarded', signedNote('booked by hand', anna)),
      entry('given up', signedNote('scrapped', anna)),
      entry('over', signedNote('corrected on paper', anna).slice(0, -3)),
    ],
  };

  // Act
  const traced = { asked: 'MO/1', productOrders: [order], partnersDown: {} };
  const text = supportTextOf({ ...known, configuration: [], outputs, order: traced });

  // Assess
  for (const secret of ['123456789012', 't0ps3cret', 'hunter2', 'anna']) expect(text).not.toContain(secret);
  for (const told of ['needs a person', 'booked by hand', 'product-order-completed', 'eu-west-1'])
    expect(text).toContain(told);
});

it('names the settings of a configuration without their values', () => {
  const names = namesIn(integration);
  expect(names).toEqual(expect.arrayContaining(['plant', 'azumuta.baseUrl', 'erp.name']));
  expect(names.join()).not.toContain(integration.azumuta.baseUrl);
  expect(namesIn({ plant: 'ghent', off: undefined })).toEqual(['plant']);
});
