import { randomUUID } from 'node:crypto';
import { azumutaSandboxBaseUrl, azumutaSandboxKey, erpSandboxKey } from '../../infra/local/sandbox/api.ts';
import { startSandbox } from '../../infra/local/sandbox/sandboxes.ts';
import { AzumutaClient } from '../../shared/azumuta/client.ts';
import { defaultContract } from '../../shared/azumuta/contract.ts';
import { Breaker } from '../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../shared/circuit-breaker/guarded-call.ts';
import type { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { type Clock, systemClock } from '../../shared/platform/clock.ts';
import type { WorkAttempt } from '../../shared/worker/worker.ts';
import { connected, sandboxErp } from '../shared/erp/rest/sandbox.ts';
import { azumutaPeopleOn } from './azumuta-people.ts';
import { silent } from './logs.ts';
import { plannersOn } from './planners.ts';

export type Sandboxes = Awaited<ReturnType<typeof startSandboxes>>;

/** Both partners on loopback, what people do there, and the clients that call them. */
export async function startSandboxes() {
  const both = await Promise.all([startSandbox.azumuta(), startSandbox.erp()]);
  const [azumuta, erp] = both;
  return {
    azumutaUrl: azumuta.url,
    azumutaSide: { ...azumuta.control, ...azumutaPeopleOn(azumuta.store) },
    azumuta: azumutaAt(azumuta.url),
    erpUrl: erp.url,
    erpSide: { ...erp.control, ...plannersOn(erp.store) },
    erp: connected(sandboxErp({ baseUrl: erp.url }), { apiKey: erpSandboxKey }),
    erpToLookUp: connected(
      sandboxErp({ baseUrl: erp.url }),
      { apiKey: erpSandboxKey },
      systemClock,
      () => false,
    ),
    stop: () => Promise.all(both.map(({ stop }) => stop())),
  };
}

export const azumutaAt = (url: string, contract = defaultContract): AzumutaClient =>
  new AzumutaClient({
    baseUrl: azumutaSandboxBaseUrl(url),
    contract,
    apiKey: async () => azumutaSandboxKey,
    clock: systemClock,
    mayWrite: () => true,
  });

/** Calls to the partners through the breakers of this table. */
export const partnersOn = (
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  changed: Partial<ConstructorParameters<typeof PartnerCalls>[0]> = {},
) => new PartnerCalls({ breaker: new Breaker(table, clock), newOwner: randomUUID, log: silent, ...changed });

/** An attempt at a message that is sent now, with a minute of time. */
export function workAttempt(clock: Pick<Clock, 'now'>, given: Partial<WorkAttempt> = {}): WorkAttempt {
  return {
    owner: randomUUID(),
    messageId: randomUUID(),
    endsAt: new Date(clock.now().getTime() + 60_000),
    secondsUntil: (ms) => Math.max(1, Math.ceil((ms - clock.now().getTime()) / 1000)),
    signal: new AbortController().signal,
    log: silent,
    sentAt: clock.now(),
    receiveCount: 1,
    hasTime: () => true,
    ...given,
  };
}
