import { onTestFinished, vi } from 'vitest';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import type { ErpName } from './erp.ts';
import { type Rehearsal, rehearse } from './rehearsal.ts';

/** Both partners with the real connector and client, without a socket. */
export function prepared(name: ErpName): Rehearsal {
  const rehearsal = rehearse(name);
  vi.stubGlobal('fetch', rehearsal.fetch);
  onTestFinished(() => void vi.unstubAllGlobals());
  return rehearsal;
}

/** The only order that the ERP lists. */
export async function listedOne({ listed }: Rehearsal): Promise<ErpOrder> {
  const [order] = await listed();
  if (!order) throw new Error('the ERP lists no order');
  return order;
}
