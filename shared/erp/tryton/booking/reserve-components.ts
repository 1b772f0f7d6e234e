import * as z from 'zod/mini';
import { RetryLater } from '../../../model/errors.ts';
import type { Writer } from '../desk.ts';
import type { TrytonOptions } from '../options.ts';
import { readAgain } from '../order.ts';
import type { Production } from '../production.ts';

/** Missing stock is mended by a delivery or a count, not by asking often. */
const stockSeconds = 900;

/** @throws RetryLater scope `order` when a person has to reserve the components, and has not. */
export function requireReserved(production: Production, assign: TrytonOptions['assign']): void {
  if (production.state !== 'waiting' || assign !== 'never') return;
  throw missing(production, 'reserve them in Tryton (Assign)');
}

/**
 * Reserves the components of a production that is still waiting: on PostgreSQL this locks all moves of these
 * components (`_assign_try_lock`, 7.0), so that several at once mostly get in each other's way (seen).
 * @throws RetryLater scope `order` while too few are in stock: seen on 7.0, `assign_try` then answers as if
 * all were well and leaves the production waiting; or when it is past that already, since who was faster may be
 * another attempt of this booking (seen, four at once on a busy machine).
 */
export async function reserveComponents(
  desk: Writer,
  waiting: Production,
  assign: TrytonOptions['assign'],
): Promise<Production> {
  if (waiting.state !== 'waiting') return waiting;
  const { id, number } = waiting;
  const what = `reserving the components of production ${number}`;
  await desk.prepare('production', 'assign_try', [[id]], { what, answer: z.unknown() });
  let production = await readAgain(desk, waiting);
  if (production.state === 'waiting' && assign === 'force') {
    await desk.prepare('production', 'assign_force', [[id]], { what, answer: z.unknown() });
    production = await readAgain(desk, waiting);
  }
  if (production.state === 'waiting') throw missing(production, 'receive or count them, or assign by hand');
  if (production.state === 'assigned' || production.state === 'running') return production;
  throw new RetryLater(
    `Tryton: production ${number} became ${production.state} while its components were being reserved: another booking or a person was faster. The next attempt looks at what was booked.`,
    { scope: 'order' },
  );
}

function missing({ number, unassigned }: Production, remedy: string): RetryLater {
  const codes = [...new Set(unassigned)];
  const named = codes.length > 5 ? [...codes.slice(0, 5), '…'] : codes;
  return new RetryLater(
    `Tryton: production ${number} waits for components (${named.join(', ') || 'none is named'}): ${remedy}. It is booked as soon as they are there.`,
    { scope: 'order', afterSeconds: stockSeconds },
  );
}
