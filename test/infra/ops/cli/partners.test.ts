import { expect, it } from 'vitest';
import { connectPartners } from '../../../../infra/ops/cli/partners.ts';
import { rest } from '../../../../shared/erp/rest/index.ts';
import { NotSent } from '../../../../shared/model/errors.ts';
import { failureOf, firstAttempt, newSignal } from '../../../shared/erp/conformance/attempts.ts';
import { completionOf, quantityKey } from '../../../shared/erp/conformance/completions.ts';
import { order, smallOptions } from '../../../shared/erp/rest/small.ts';
import worked from '../../../shared/integration/worked.config.ts';
import { startServer } from '../../../support/server.ts';

it('sends nothing that writes to a partner, whatever a command asks for', async () => {
  // Prepare
  const { url, calls } = await startServer(() => ({ body: { data: [] } }));
  const { azumuta: configured } = worked;
  const integration = { ...worked, azumuta: { ...configured, baseUrl: url }, erp: rest(smallOptions(url)) };
  const { azumuta, erp } = connectPartners(integration, { read: async () => '{"apiKey":"a-key"}' });
  const completion = completionOf(order);
  const draft = { number: 'PO-1', article: 'CHAIR', parameters: {}, variants: [] };
  const chair = { id: 'a1', number: 'CHAIR', variants: [], raw: {} };
  const writes = [
    () => erp.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    () => azumuta.createProductOrder(draft, chair, { signal: newSignal() }),
  ];

  for (const write of writes) {
    // Act
    const failure = await failureOf(write());

    // Assess
    expect(failure).toBeInstanceOf(NotSent);
  }
  expect(calls.map(({ method }) => method)).toEqual(['GET']);
});
