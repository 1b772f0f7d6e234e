import { createSecretsClient } from '../../shared/platform/aws/secrets.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { createLedgerClient } from '../runtime.ts';
import { createShowPages } from './show-pages.ts';

/** Trigger: `GET` and `HEAD /pages/{page}`, opened by people. */
export const handler = createShowPages({
  environment: process.env,
  clock: systemClock,
  dynamodb: createLedgerClient(),
  secretsManager: createSecretsClient(),
});
