import { expect, it } from 'vitest';
import { textAt } from '../../../../shared/erp/rest/index.ts';
import type { Answer } from '../../../support/server.ts';
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

it.each<[string, Answer, Partial<Step>, string]>([
  [
    'an error in the body of a 200',
    { status: 200, body: { fault: { text: 'the period is closed' } } },
    { success: { test: ({ json }) => textAt(json, 'fault.text') ?? true } },
    'Small ERP, order MO/0001: the period is closed',
  ],
  [
    'a 500 that the configuration rejects, though it looks like an ERP that is down',
    { status: 500, body: { message: 'invalid field "lot"' } },
    { rejected: ({ status, json }) => (status === 500 ? textAt(json, 'message') : undefined) },
    'invalid field "lot"',
  ],
  ['another 2xx than the configured one', { status: 202 }, { success: { status: [201] } }, '(202)'],
])('rejects %s', async (_, answer, step, says) => {
  const erp = await startSmallErp(() => answer, { step });

  expect(await failureOf(erp.book())).toMatchObject(rejection(says));
});
