import { setTimeout as pause } from 'node:timers/promises';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { Chance } from '../../simulation/world/chance.ts';

/**
 * Kills a process every `everySeconds` on average (between half and one and a half of it) with SIGKILL, which
 * leaves it no time to clean up, and waits until the services serve again before the next: on a slow machine they would
 * be dead all the time, and nothing could go wrong any more. The partners are not killed, as their books are the measure:
 * their faults are made by `faults.ts`.
 */
export function startKilling(system: LocalSystem, chance: Chance, everySeconds: number) {
  const counts = new Map<string, number>();
  const stopping = new AbortController();

  async function go() {
    while (!stopping.signal.aborted) {
      const ms = everySeconds * chance.between(500, 1500);
      await pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted && (await serves(system))) killOne();
    }
  }

  function killOne() {
    // Containers are killed more often than services and stores, as there are more of them.
    const target = processOf(chance.happens(0.6));
    if (!target) return;
    try {
      process.kill(target.pid, 'SIGKILL');
      counts.set(target.name, (counts.get(target.name) ?? 0) + 1);
    } catch {
      // It has just ended by itself.
    }
  }

  function processOf(isContainer: boolean): { name: string; pid: number } | undefined {
    const candidates = system.emulator
      .processes()
      .filter(({ kind }) => (kind === 'container') === isContainer);
    if (candidates.length === 0) return undefined;
    const { pid, name } = chance.pick(candidates);
    return { pid, name: isContainer ? `container of ${functionOf(system, name)}` : name };
  }

  const ended = go();
  return {
    /** SIGKILLs so far, by the name of the process. */
    counts: counts as ReadonlyMap<string, number>,
    /** Resolves after the last kill. */
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Whether the services, which are killed as one process, answer. */
async function serves({ orderEndpoint }: LocalSystem): Promise<boolean> {
  const asked = fetch(orderEndpoint.url, { method: 'HEAD', signal: AbortSignal.timeout(10_000) });
  return asked.then(
    () => true,
    () => false,
  );
}

/** `BookCompletion`, from the logical id of the function. */
function functionOf({ emulator }: LocalSystem, name: string): string {
  const lambda = emulator.stack.functions.find((known) => known.name === name);
  return lambda?.logicalId.replace(/^Functions/, '').replace(/Function[0-9A-F]*$/, '') ?? name;
}
