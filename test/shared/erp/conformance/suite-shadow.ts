import { expect } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { NotSent, Rejected } from '../../../../shared/model/errors.ts';
import { failureOf, firstAttempt, newSignal } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { listOf } from './listing.ts';
import { scenariosOf } from './scenarios.ts';
import type { Chapter } from './target.ts';

/** Where nothing may be written, nothing is, whatever a connector says of its calls; and all else is as it is live. */
export function shadowTests(chapter: Chapter): void {
  const { target, plan, book, promise } = chapter;
  const { scenarios, planFor, bookAs } = scenariosOf(chapter);

  const inShadow = (): ErpConnector => target().connector({ mayWrite: () => false });
  const bookInShadow = (completion: Completion) =>
    inShadow().book(completion, quantityKey(completion.productOrder), firstAttempt());

  for (const scenario of scenarios) {
    const { name, needs } = scenario;

    promise(`looks at what it would book of ${name} in shadow, and changes nothing`, needs, async () => {
      // Prepare
      const order = await planFor(scenario);
      const before = await target().everything();

      // Act
      const failure = await failureOf(bookAs(scenario, order, firstAttempt(), inShadow()));

      // Assess
      expect(failure).toBeInstanceOf(NotSent);
      expect(await target().everything()).toEqual(before);
    });

    // A write is found to be called none where it is the first one in shadow: so each call is the last one that was live.
    promise(
      `changes nothing more of ${name} once it is in shadow, after whichever call`,
      ['every-call', ...needs],
      async () => {
        const undisturbed = await planFor(scenario);
        await bookAs(scenario, undisturbed, firstAttempt());
        const calls = target().faults.callCount();
        for (let n = 1; n <= calls; n += 1) {
          // Prepare
          const order = await planFor(scenario);
          let isLive = true;
          let before: unknown;
          target().faults.afterAnswer(n, async () => {
            isLive = false;
            before = await target().everything();
          });
          const connector = target().connector({ mayWrite: () => isLive });

          // Act
          const failure = await failureOf(bookAs(scenario, order, firstAttempt(), connector));

          // Assess: after the last write, the rest is read, and it is booked.
          if (failure !== undefined) expect(failure, `after call ${n}`).toBeInstanceOf(NotSent);
          expect(await target().everything(), `after call ${n}`).toEqual(before);
        }
      },
    );
  }

  promise('finds in shadow what is booked already', [], async () => {
    const completion = completionOf(await plan());
    await book(completion);
    expect(await bookInShadow(completion)).toMatchObject({ alreadyBooked: true });
  });

  promise('refuses in shadow what it refuses live, in the same words', ['refusing-look'], async () => {
    for (const [why, prepare] of Object.entries(target().refused)) {
      // Prepare
      const completion = await prepare();

      // Act
      const shadowed = await failureOf(bookInShadow(completion));
      const live = await failureOf(book(completion));

      // Assess
      expect(shadowed, why).toBeInstanceOf(Rejected);
      expect(shadowed, why).toEqual(live);
    }
  });

  promise('links nothing in shadow, and lets what is linked be', ['link'], async () => {
    // Prepare
    const order = await plan();
    const linkBy = async ({ linkProductOrder }: ErpConnector) =>
      linkProductOrder?.(order, productOrderOf(order), firstAttempt());
    const before = await target().everything();

    // Act
    const failure = await failureOf(linkBy(inShadow()));
    const after = await target().everything();
    await linkBy(target().connector());
    const again = await failureOf(linkBy(inShadow()));

    // Assess
    expect(failure).toBeInstanceOf(NotSent);
    expect(after).toEqual(before);
    expect(again).toBeUndefined();
  });

  promise('lists and reads the same in shadow, and changes nothing', [], async () => {
    // Prepare
    const order = await plan();
    const live = target().connector();
    const readBy = async (connector: ErpConnector) => [
      await listOf(connector),
      await connector.readOrder?.(order, newSignal()),
    ];
    const before = await target().everything();

    // Act
    const shadowed = await readBy(inShadow());

    // Assess
    expect(await target().everything()).toEqual(before);
    expect(shadowed).toEqual(await readBy(live));
  });
}
