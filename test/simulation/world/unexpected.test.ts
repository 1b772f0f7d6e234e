import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { PartnerDown, Rejected } from '../../../shared/model/errors.ts';
import { recordedLog } from '../../support/logs.ts';
import { bugIn, isExpected } from './unexpected.ts';

it('treats a failed invocation as a bug unless AWS or a partner failed', () => {
  const aws = new ProvisionedThroughputExceededException({ message: 'Too many requests.', $metadata: {} });

  expect(isExpected(aws)).toBe(true);
  expect(isExpected(new PartnerDown('Odoo is down.'))).toBe(true);
  expect(isExpected(new Rejected('It is cancelled.', { causeCode: 'order-state' }))).toBe(true);
  expect(isExpected(new TypeError('x is undefined'))).toBe(false);
});

it.for([
  ['an internal error', 'warn', 'Retried', 'Internal error (TypeError: x is undefined).', true],
  ['an internal error of AWS', 'warn', 'Retried', 'Internal error (TimeoutError: socket hang up).', false],
  ['a message that waits for its partner', 'warn', 'Retried', 'Odoo failed (500) at search_read.', false],
  ['a dead letter that a person can resolve', 'error', 'Dead letter', 'It is cancelled.', false],
  ['a dead letter of a bug', 'error', 'Dead letter', 'Internal error, 5 times (TypeError: x).', true],
  ['any other error', 'error', 'The order endpoint cannot answer', 'x is undefined', true],
] as const)('decides from the log whether %s is a bug', ([, level, message, reason, isBug]) => {
  const { log, lines } = recordedLog();
  log[level](message, { reason });

  expect(lines.map(bugIn)).toEqual([isBug ? `${message}: ${reason}` : undefined]);
});
