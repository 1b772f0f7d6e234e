import type { RetryLater } from '../../../model/errors.ts';
import { orderWaits } from '../../failures.ts';
import type { Writer } from '../connection.ts';
import type { TrytonOptions } from '../options.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';

/** Missing stock takes a delivery or a count, so asking often does not help. */
const stockSeconds = 900;

/** @throws RetryLater scope `order` when a person has to reserve the components, and has not. */
export function requireReserved(production: Production, assign: TrytonOptions['assign']): void {
  if (production.state !== 'waiting' || assign !== 'never') return;
  throw missing(production, 'reserve them in Tryton (Assign)');
}

/**
 * Reserves the components of a production that is still waiting. On PostgreSQL this locks all moves of these
 * components (`_assign_try_lock`, 7.0), so that several at once mostly block each other (seen).
 * @throws RetryLater scope `order` while too few are in stock: seen on 7.0, `assign_try` then answers without an
 * error and leaves the production waiting. Also when the production has gone further meanwhile, possibly by another
 * attempt of this booking (seen, four at once on a busy machine).
 */
export async function reserveComponents(writer: Writer, waiting: Production): Promise<Production> {
  if (waiting.state !== 'waiting') return waiting;
  const { id, number } = waiting;
  const what = `reserving the components of production ${number}`;
  await writer.write('production', 'assign_try', [[id]], { what, isRepeatable: true });
  let production = await readAgain(writer, waiting);
  if (production.state === 'waiting' && writer.options.assign === 'force') {
    await writer.write('production', 'assign_force', [[id]], { what, isRepeatable: true });
    production = await readAgain(writer, waiting);
  }
  if (production.state === 'waiting') throw missing(production, 'receive or count them, or assign by hand');
  if (production.state === 'assigned' || production.state === 'running') return production;
  throw orderWaits(
    `Tryton: production ${number} became ${production.state} while its components were being reserved: another booking or a person was faster. The next attempt looks at what was booked.`,
  );
}

function missing({ number, unassigned }: Production, remedy: string): RetryLater {
  const codes = [...new Set(unassigned)];
  const named = codes.length > 5 ? [...codes.slice(0, 5), '…'] : codes;
  return orderWaits(
    `Tryton: production ${number} waits for components (${named.join(', ') || 'none is named'}): ${remedy}. It is booked as soon as they are there.`,
    { afterSeconds: stockSeconds },
  );
}
