import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runDemo } from '../../infra/local/demo/scenario.ts';
import { startLocalSystem } from '../../infra/local/run-locally.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const system = await forAllTests(startLocalSystem({ integrationFile: 'integration.config.ts' }));

it('books every order once although every process of the platform is killed', async () => {
  // Prepare: every process of the plant will die once, stores and containers too, while the story goes on
  const done = new AbortController();
  const killed = new Map<string, string>();
  const killing = (async () => {
    while (!done.signal.aborted) {
      // A container that is started later has its turn, too.
      const next = system.emulator.processes().find(({ name }) => !killed.has(name));
      try {
        if (next) process.kill(next.pid, 'SIGKILL');
        if (next) killed.set(next.name, next.kind);
      } catch {
        // It had just ended by itself.
      }
      await pause(400, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();

  // Act
  const { orders, booked, missing } = await runDemo(
    system,
    6,
    (_, part) => part(() => undefined),
    done.signal,
  );
  done.abort();
  await killing;

  // Assess: by the ERP's own books
  expect(missing).toEqual([]);
  expect(booked).toBe(orders);
  const references = (await system.erp.bookings()).map(({ reference }) => reference);
  expect(new Set(references).size).toBe(references.length);
  const kinds = [...killed.values()];
  // At least those of the way back; orders are out before the stores have died.
  expect(kinds.filter((kind) => kind === 'container').length).toBeGreaterThanOrEqual(2);
  expect(kinds.filter((kind) => kind !== 'container').length).toBeGreaterThanOrEqual(3);
}, 150_000);
