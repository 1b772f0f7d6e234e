import { describe, expect, it } from 'vitest';
import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from './attempts.ts';
import { completionOf, quantityKey } from './completions.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { createSap } from './servers/sap-s4hana.ts';

describe('sap-s4hana with OAuth2', () => {
  it('keeps a token until shortly before it expires', async () => {
    // Prepare
    const server = createSap({ auth: 'oauth2', user: 'client', secret: 'secret' });
    const faults = await startFaultProxy(server.answer);
    let at = Date.parse('2026-11-24T10:00:00Z');
    const clock: Clock = { ...systemClock, now: () => new Date(at) };
    const auth = { tokenUrl: `${faults.url}/oauth/token` };
    const connector = sapS4Hana({ url: faults.url, auth, goodsMovements: 'none' }).connect({
      clock,
      credentials: async () => ({ clientId: 'client', clientSecret: 'secret' }),
    });
    const tokens = () => faults.calls().filter(({ url }) => url === '/oauth/token').length;
    const bookOne = async () => {
      const completion = completionOf({ number: server.books.plan('FG226', '5').ManufacturingOrder });
      await connector.book(completion, quantityKey(completion.productOrder), firstAttempt());
      return tokens();
    };

    // Act: a token lasts an hour.
    const seen = [await bookOne(), await bookOne()];
    at += 3_541_000;
    seen.push(await bookOne());
    await faults.close();

    // Assess
    expect(seen).toEqual([1, 1, 2]);
  });
});
