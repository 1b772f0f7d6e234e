import { beforeEach, expect } from 'vitest';
import { BreakerForPeople } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { PausesForPeople } from '../../../shared/ledger/records/pauses.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import type { PartnerCall } from '../../../shared/platform/http.ts';
import { testClock } from '../../support/clock.ts';
import { silent } from '../../support/logs.ts';
import { modelledTable } from '../../support/modelled-table.ts';

/** A breaker with a cooldown of 15 seconds and a clock, new for each test of the file that calls it. */
export function breakerStage() {
  const anew = () => {
    const [clock, table] = [testClock(), modelledTable()];
    return { clock, breaker: new BreakerForPeople(table, clock), pauses: new PausesForPeople(table, clock) };
  };
  const now = anew();
  beforeEach(() => void Object.assign(now, anew()));

  const partnersOf = (name: string) =>
    new PartnerCalls({ breaker: now.breaker, newOwner: () => name, log: silent });

  /** One container's calls; `asked` counts what reached the partner. */
  function container(name: string) {
    let asked = 0;
    return {
      asked: () => asked,
      /** @param order That the call is about. */
      call: (answer: () => unknown, order?: string) => {
        const work = async (guarded: PartnerCall) => {
          asked += 1;
          const failure = await answer();
          if (failure instanceof Error) throw failure;
          markAnswered(guarded);
        };
        return partnersOf(name)
          .call('erp', signal, work, order)
          .then(
            () => 'well' as const,
            (error: Error) => error,
          );
      },
    };
  }

  return Object.assign(now, {
    partnersOf,
    container,
    /** Opens the breaker. @returns the container whose five failures did it. */
    async opened(failure = serverError) {
      const first = container('first');
      for (let i = 0; i < 5; i++) expect(await first.call(failure)).toMatchObject(failure());
      expect(await now.breaker.state('erp')).toMatchObject({ open: true });
      return first;
    },
    async secondsUntilProbe(): Promise<number> {
      const { openUntilMs = 0 } = await now.breaker.state('erp');
      return (openUntilMs - now.clock.now().getTime()) / 1000;
    },
  });
}

/** That no test aborts. */
export const { signal } = new AbortController();
/** As the HTTP client does, once it has an answer. */
export function markAnswered({ guard }: PartnerCall): void {
  if (guard) guard.answered = true;
}
/** A partner that fails at one call, perhaps for its order alone. */
export const failsAtOne = () => new PartnerDown('The ERP failed (500).', { perhapsOnlyOrder: true });
export const serverError = () => new PartnerDown('The ERP failed (503).');
