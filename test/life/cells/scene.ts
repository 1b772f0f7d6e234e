import { endings } from '../../../infra/ops/orders/end-order.ts';
import type { ProductOrderMapping } from '../../../shared/integration/index.ts';
import type { Answer, Received } from '../../support/server.ts';
import { endDependencies, plant, takePlant } from '../acts.ts';
import { hours, type LifePlant, minutes } from '../plant.ts';

/**
 * How the product order that a cell is about came to be: the only one of its ERP order, the second of two parts, which are
 * booked one by one or together, or typed in Azumuta by hand before the ERP order came.
 */
export type Way = 'alone' | 'each' | 'when-all-done' | 'typed by hand';

type Order = ReturnType<LifePlant['plan']>;

/** What the ERP shows of an order, in lists and when it is asked for it, instead of what it has. */
interface Said {
  readonly dueDate?: string;
  readonly quantity?: string;
  readonly product?: string;
  readonly status?: 'released' | 'cancelled';
}

/** Far enough ahead that nothing in a cell is overdue. */
export const dueDate = '2027-02-01';
const isSplit = (way: Way): way is 'each' | 'when-all-done' => way === 'each' || way === 'when-all-done';

/** What Azumuta calls it once it was renamed there. */
export const renamed = 'RENAMED';

/** One cell that is walked: a plant whose ERP has an order that nobody has read yet. The cell is about one product order of it. */
export class Scene {
  readonly way: Way;
  readonly order: Order;
  /** Of the product order that the cell is about. */
  number: string;
  /** What the ERP answers to bookings while it books none. */
  refusesBookings: Answer | undefined;
  /** Whether Azumuta creates, and the answer is lost. */
  hidesCreations = false;
  /** Whether Azumuta knows no article, so that creations are refused before anything is sent. */
  lacksArticles = false;
  /** The quantity that Azumuta shows, where it is another than it was made with. */
  showsQuantity: number | undefined;
  /** In the numbers of product orders that the cell is not about. */
  elsewhere: string | undefined;
  /** The good quantity that Azumuta shows in the end, where it has shown another before. */
  built: number | undefined;
  /** A person asks about it, or takes its end back. */
  isAskedAbout = false;
  /** Whether the mapping has another number for it by now. */
  isNumberedOtherwise = false;
  readonly #said = new Map<string, { readonly order: Order; readonly said: Said & { changedAt: string } }>();
  #mapping: ProductOrderMapping;

  constructor(way: Way) {
    this.way = way;
    this.#mapping = isSplit(way) ? { split: { per: 'unit', book: way } } : {};
    takePlant({ integration: { productOrders: withQuantity(this.#mapping) } });
    this.order = plant.plan(this.ordered, 'plain', { dueDate });
    this.number = this.numbers.at(-1) ?? '';
    plant.answers.erp = (received, answer) => this.#ofErp(received, answer);
    plant.answers.azumuta = (received, answer) => this.#ofAzumuta(received, answer);
  }

  get numbers(): readonly string[] {
    const { number } = this.order;
    return isSplit(this.way) ? [`${number}/1`, `${number}/2`] : [number];
  }

  /** Of its ERP order. */
  get ordered(): string {
    return this.isSplit ? '2' : '5';
  }

  /** Of a product order. */
  get quantity(): number {
    return this.isSplit ? 1 : 5;
  }

  get isSplit(): boolean {
    return isSplit(this.way);
  }

  /** What the ERP wants of the product order; undefined when it does not want it. */
  get wants(): { ordered: number; quantity: number; isNumberedOtherwise: boolean } | undefined {
    const { status, quantity = this.ordered } =
      this.#said.get(this.order.id ?? this.order.number)?.said ?? {};
    const ordered = Number(quantity);
    if (status !== 'released' || (this.isSplit && ordered < this.numbers.length)) return undefined;
    const { isNumberedOtherwise } = this;
    return { ordered, quantity: this.isSplit ? 1 : ordered, isNumberedOtherwise };
  }

  says(said: Said, order = this.order): void {
    const changedAt = plant.clock.now().toISOString();
    this.#said.set(order.id ?? order.number, { order, said: { status: 'released', ...said, changedAt } });
  }

  /** Orders are mapped otherwise from now on. */
  maps(changes: ProductOrderMapping): void {
    this.#mapping = { ...this.#mapping, ...changes };
    plant.deploy({ productOrders: withQuantity(this.#mapping) }, 'another mapping');
  }

  #ofErp(received: Received, answer: () => Answer): Answer {
    const path = decodeURIComponent(received.url.pathname);
    if (received.method === 'POST' && path.endsWith('/bookings')) return this.refusesBookings ?? answer();
    if (received.method !== 'GET') return answer();
    const shown = [...this.#said].map(([id, { order, said }]) => {
      const url = new URL(`/api/production-orders/${encodeURIComponent(id)}`, received.url);
      return { id, order, body: { ...Object(plant.erp.answer({ ...received, url }).body), ...said } };
    });
    if (path.endsWith('/production-orders'))
      return { body: { orders: shown.map(({ body }) => body), nextPage: null } };
    const asked = shown.find(
      ({ id, order: { number } }) => path.endsWith(`/${id}`) || path.endsWith(`/production-orders/${number}`),
    );
    return asked ? { body: asked.body } : answer();
  }

  #ofAzumuta({ method, url }: Received, answer: () => Answer): Answer {
    const given = answer();
    if (this.lacksArticles && url.pathname.endsWith('/articles')) return { body: { data: [] } };
    if (method === 'POST' && this.hidesCreations) return { status: 502, body: {} };
    if (method !== 'GET' || this.showsQuantity === undefined) return given;
    const shown = JSON.stringify(given).replaceAll(
      /("key":"Quantity","value":)\d+/g,
      `$1${this.showsQuantity}`,
    );
    return JSON.parse(shown);
  }
}

function withQuantity(mapping: ProductOrderMapping): ProductOrderMapping {
  return {
    parameters: ({ quantity }, { of }) => ({ Quantity: of > 1 ? 1 : Number(quantity.amount) }),
    ...mapping,
  };
}

/** What brings a product order somewhere, by people and partners, with the functions as they are deployed. */
export const bring = {
  /** The ERP wants it; of a split order, the first part is made before. Its message waits. */
  async wanted(scene: Scene): Promise<void> {
    if (scene.isSplit) {
      scene.says({ quantity: '1' });
      await plant.pulled();
      plant.advance(hours);
    }
    if (scene.way === 'typed by hand')
      plant.azumuta.typeByHand(scene.number, 'GEAR-01', { Quantity: scene.quantity });
    scene.says({});
    await plant.pull();
  },
  async made(scene: Scene): Promise<void> {
    await bring.wanted(scene);
    await plant.work();
  },
  async withdrawn(scene: Scene): Promise<void> {
    await bring.wanted(scene);
    plant.advance(minutes);
    scene.says({ status: 'cancelled' });
    await plant.pulled();
  },
  async refused(scene: Scene): Promise<void> {
    await bring.wanted(scene);
    scene.lacksArticles = true;
    await plant.work();
    scene.lacksArticles = false;
  },
  /** It is created, and the answer is lost: its claim runs for some minutes. */
  async inDoubt(scene: Scene): Promise<void> {
    await bring.wanted(scene);
    scene.hidesCreations = true;
    await plant.work(minutes);
    scene.hidesCreations = false;
  },
  /** The same, and another one has its number when the next attempt looks. */
  async refusedInDoubt(scene: Scene): Promise<void> {
    await bring.inDoubt(scene);
    plant.azumuta.rename(scene.number, 'MADE');
    plant.azumuta.typeByHand(scene.number, 'GEAR-01', { Quantity: 77 });
    await plant.work();
    plant.azumuta.remove(scene.number);
    plant.azumuta.rename('MADE', scene.number);
  },
  async givenUp({ number }: Scene): Promise<void> {
    await endings['give-up']({ number, go: true, note: 'scrapped (An)' }, endDependencies());
    await plant.work();
  },
  /** The ERP does not want it any more. */
  async cancelled(scene: Scene): Promise<void> {
    plant.advance(minutes);
    scene.says({ status: 'cancelled' });
    await plant.pull();
    await plant.work(30 * minutes);
  },
  /** Its booking is planned, and waits. */
  async planned(scene: Scene): Promise<void> {
    await bring.made(scene);
    await plant.ledger.pauses.pauseFlow('bookings');
    await bring.completed(scene);
  },
  /** Its booking was refused, and an earlier attempt may have booked. */
  async refusedBooking(scene: Scene): Promise<void> {
    await bring.made(scene);
    scene.refusesBookings = { status: 502, body: {} };
    await bring.completed(scene);
    scene.refusesBookings = { status: 422, body: { error: { message: 'closed period' } } };
    await plant.work();
    scene.refusesBookings = undefined;
  },
  async booked(scene: Scene): Promise<void> {
    await bring.made(scene);
    await bring.completed(scene);
  },
  /** All of its ERP order are completed, so that it is booked, if the ERP books it. */
  async completed(scene: Scene): Promise<void> {
    for (const number of scene.numbers) plant.azumuta.complete(number);
    await plant.work(30 * minutes);
  },
};
