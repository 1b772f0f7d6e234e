import { isAbout } from '../../../../infra/build/docs/azumuta-api.ts';
import { isAssumed } from '../../../../infra/ops/kit/judge.ts';
import { flattenContract } from '../../../../infra/ops/probe/probe.ts';
import { assumptions } from '../../../../shared/azumuta/assumptions.ts';
import type { Dialect } from '../../../support/dialects/dialect.ts';

/** The assumptions that an account in this dialect does not keep, by its own contract. */
export function falseIn({ contract }: Dialect) {
  const other = flattenContract({ ...contract }).filter(([line, value]) => !isAssumed(line, value));
  return assumptions.filter((one) => other.some(([line]) => isAbout(one, line)));
}
