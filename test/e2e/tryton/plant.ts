import { afterAll, beforeEach } from 'vitest';
import type { Attempt, ErpConnector } from '../../../shared/erp/connector.ts';
import { tryton } from '../../../shared/erp/tryton/index.ts';
import type { TrytonCredentials, TrytonOptions } from '../../../shared/erp/tryton/options.ts';
import type { Completion, Receipt } from '../../../shared/model/completions.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { completionOf, quantityKey } from '../../shared/erp/conformance/completions.ts';
import { createFaultProxy, type FaultProxy } from '../../shared/erp/conformance/fault-proxy.ts';
import type { Answer, Received } from '../../support/server.ts';
import { accessFromEnvironment, type Plan, type PlannedProduction, TrytonTestClient } from './client.ts';
import { openDatabase } from './database.ts';

export type LocalSystem = Awaited<ReturnType<typeof openPlant>>;

/** The seeded plant with a proxy in front of it, for all tests of the file that opens it at its top. */
export async function openPlant() {
  const { url, database, username, password } = accessFromEnvironment('connector');
  const admin = await TrytonTestClient.fromEnvironment();
  const faults = createFaultProxy(passingOnTo(url));
  const books = openDatabase();
  beforeEach(() => faults.reset());
  afterAll(books.unlock);
  return {
    admin,
    faults,
    database: books,
    /** A new connector, as in a new container; optionally for another user than the usual one. */
    connector: (
      options: Partial<TrytonOptions> = {},
      user: TrytonCredentials = { username, password },
    ): ErpConnector =>
      tryton({ url: faults.url, database, ...options }).connect({
        clock: systemClock,
        mayWrite: () => true,
        credentials: async () => user,
      }),
    plan: (plan: Plan = {}) => admin.planProduction(plan),
  };
}

/** Hands calls of a proxy on to a real Tryton. */
export function passingOnTo(upstream: string) {
  return async ({ url, headers, body }: Received): Promise<Answer> => {
    const type = { 'content-type': 'application/json' };
    const { authorization } = headers;
    const response = await fetch(`${upstream}${url.pathname}`, {
      method: 'POST',
      headers: { ...type, ...(authorization === undefined ? {} : { authorization }) },
      body,
    });
    return { status: response.status, headers: type, body: await response.text() };
  };
}

/** A completion of a planned production. */
export function completed(production: PlannedProduction, differs: Partial<Completion> = {}): Completion {
  return completionOf({ id: String(production.id), number: production.number }, differs);
}

export function book(
  connector: ErpConnector,
  completion: Completion,
  attempt: Attempt = firstAttempt(),
): Promise<Receipt> {
  return connector.book(completion, quantityKey(completion.productOrder), attempt);
}

/** Method of the n-th call that passed (from 1), without its model's prefix. */
export function methodsOf(faults: FaultProxy): string[] {
  return faults.calls().map(({ body }) => /"method":"([^"]+)"/.exec(body)?.[1] ?? '');
}

/** Position (from 1) of the first call of a method in an undisturbed booking. */
export function positionOf(methods: readonly string[], method: string): number {
  const at = methods.indexOf(method);
  if (at < 0) throw new Error(`${method} was not called: ${methods.join(', ')}.`);
  return at + 1;
}

/**
 * Methods called by an undisturbed booking of a whole waiting order of 5, or of a differing one that was started
 * already.
 */
export async function undisturbed(system: LocalSystem, differs: Partial<Completion> = {}): Promise<string[]> {
  const started = differs.quantity !== undefined;
  const production = await system.plan(started ? { state: 'running' } : {});
  system.faults.reset();
  await book(system.connector(), completed(production, differs));
  const methods = methodsOf(system.faults);
  system.faults.reset();
  return methods;
}
