import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Target } from '../cli/target.ts';
import { type Check, check, fine, notice } from './finding.ts';

/** The three flows run up to fifteen containers; with fewer than these there is none for a trigger at times. */
const enough = 50;

/** What AWS lets the account do, where that is less than a plant needs. The platform on this machine has no account. */
export function accountChecks({ local, aws }: Pick<Target, 'local' | 'aws'>): Check[] {
  if (local) return [];
  return [
    check('Account', async () => {
      const { AccountLimit } = await new LambdaClient(aws).send(new GetAccountSettingsCommand());
      const containers = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
      if (containers >= enough) return fine(`runs up to ${containers} containers of functions at once`);
      return notice(
        `runs no more than ${containers} containers of functions at once, for all that is in it: when they are taken, triggers and orders are turned away (503)`,
        'ask AWS for the usual 1000, which costs nothing',
        'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
      );
    }),
  ];
}
