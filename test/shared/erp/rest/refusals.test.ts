import { expect, it } from 'vitest';
import { textAt } from '../../../../shared/erp/rest/index.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { failureOf } from '../conformance/attempts.ts';
import { rejection } from '../conformance/rejection.ts';
import { type Step, startSmallErp } from './small.ts';

it.each([
  { status: 409, scope: 'order', wrote: 'nothing' },
  { status: 500, scope: 'order', wrote: 'known' },
  { status: 504, scope: 'order', wrote: 'perhaps' },
  { status: 200, scope: 'order', wrote: 'known' },
])(
  'takes $status for a failure of the $scope that wrote $wrote, where the configuration calls it retryable',
  async (row) => {
    const step = { retryable: () => true };
    const erp = await startSmallErp(() => ({ status: row.status, body: { message: 'busy' } }), { step });

    const failure = await failureOf(erp.book());

    expect(failure).toMatchObject({ name: 'RetryLater', scope: row.scope, wrote: row.wrote });
  },
);

it('rejects an error in the body of a 200', async () => {
  const step: Partial<Step> = {
    success: { test: ({ json }) => textAt(json, 'fault.text') ?? true },
  };
  const erp = await startSmallErp(
    () => ({ status: 200, body: { fault: { text: 'the period is closed' } } }),
    {
      step,
    },
  );

  const failure = await failureOf(erp.book());

  expect(failure).toBeInstanceOf(Rejected);
  expect(failure).toMatchObject({ message: 'Small ERP, order MO/0001: the period is closed' });
});

it('lets the configuration reject an answer that looks like that of an ERP that is down', async () => {
  const step: Partial<Step> = {
    rejected: ({ status, json }) => (status === 500 ? textAt(json, 'message') : undefined),
  };
  const erp = await startSmallErp(() => ({ status: 500, body: { message: 'invalid field "lot"' } }), {
    step,
  });

  const failure = await failureOf(erp.book());

  expect(failure).toBeInstanceOf(Rejected);
});

it('takes only the configured statuses for success', async () => {
  const erp = await startSmallErp(() => ({ status: 202 }), { step: { success: { status: [201] } } });

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject(rejection('(202)'));
});
