import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Says why a rule of cdk-nag does not apply to a construct and what is in it. The test that runs cdk-nag fails on
 * every finding without such a reason.
 * @param reasons By rule, as cdk-nag names it in its finding.
 */
export function acknowledge(on: Construct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(on).acknowledge({ id, reason });
}
