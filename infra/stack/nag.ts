import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Says why rules do not apply to a construct and what is in it. @param reasons By rule, as cdk-nag names it. */
export function acknowledge(on: Construct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(on).acknowledge({ id, reason });
}
