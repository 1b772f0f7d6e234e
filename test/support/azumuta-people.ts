import { Refusal } from '../../infra/local/sandbox/api.ts';
import { newMeteorId } from '../../infra/local/sandbox/azumuta/catalogue.ts';
import { gearboxes } from '../../infra/local/sandbox/azumuta/gearboxes.ts';
import type { Azumuta, ProductOrderRecord } from '../../infra/local/sandbox/azumuta/store.ts';

/** What people do in Azumuta's screens besides completing orders: each to the newest of that number, with a Refusal for none. */
export function azumutaPeopleOn({ productOrdersNumbered, save, remove }: Azumuta['store']) {
  function newest(number: string, among = productOrdersNumbered(number)): ProductOrderRecord {
    const found = among.at(-1);
    if (found) return found;
    throw new Refusal(404, 'not-found', `There is no such product order ${number} here.`);
  }

  return {
    /** One that no ERP order has sent. */
    typeByHand(number: string, article: string, quantity: number): ProductOrderRecord {
      const articleId = gearboxes.find((known) => known.number === article)?.id ?? article;
      return save({
        id: newMeteorId(),
        number,
        articleId,
        parameters: [{ key: 'Quantity', value: quantity }],
        variantIds: [],
        status: 'open',
        createdAt: new Date().toISOString(),
        completedAt: null,
        recordings: [],
      });
    },
    /** Opens a completed one again. */
    reopen(number: string) {
      const completed = productOrdersNumbered(number).filter(({ status }) => status === 'completed');
      return save({ ...newest(number, completed), status: 'in-progress', completedAt: null });
    },
    /** Its id stays, and so does the number in what was recorded before. */
    rename: (number: string, to: string) => save({ ...newest(number), number: to }),
    /** Corrects one parameter of the newest. */
    setParameter(number: string, key: string, value: string | number) {
      const order = newest(number);
      const parameters = order.parameters.map((one) => (one.key === key ? { ...one, value } : one));
      return save({ ...order, parameters });
    },
    /** ASSUMED: its recordings are removed, too. */
    remove(number: string) {
      const removed = newest(number);
      remove(removed.id);
      return removed;
    },
  };
}
