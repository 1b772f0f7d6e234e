import type { IncomingMessage } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { tryton } from '../../../shared/erp/tryton/index.ts';
import type { TrytonOptions } from '../../../shared/erp/tryton/options.ts';
import { sumOf, toDecimal } from '../../../shared/model/quantity.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { startFaultProxy } from '../../shared/erp/conformance/fault-proxy.ts';
import type { ErpConformanceTarget } from '../../shared/erp/conformance/target.ts';
import { listenOnLoopback } from '../../support/loopback.ts';
import { accessFromEnvironment, TrytonTestClient } from './client.ts';

/** A gate before trytond that can play what a real server does only by accident. */
export interface Gate {
  readonly url: string;
  /** Answers every call but a login with 401, as for a session that is not known. */
  refuseSessions(refuse: boolean): void;
  /** Answers the next call whose method ends so with `null`, and does not pass it on. */
  ignoreNext(method: string): void;
  close(): Promise<void>;
}

/** The real Tryton of the environment, as the conformance suite wants it. */
export async function trytonTarget(configured: Partial<TrytonOptions> = {}): Promise<ErpConformanceTarget> {
  const access = accessFromEnvironment('connector');
  const admin = await TrytonTestClient.fromEnvironment();
  const gate = await startGate(access.url);
  const faults = await startFaultProxy(gate.url);
  const idOf = async (number: string) => admin.idOf('production', [['number', '=', number]]);

  return {
    faults,
    canaries: [access.password, 'canary-wrong-tryton'],
    rowFields: { number: 'number', quantity: 'quantity' },
    articles: { plain: 'PASTE-01', lots: 'GEAR-LOT', serials: 'GEAR-LOT' },
    connector({ baseUrl, clock = systemClock, pageSize, timeoutMs, wrongCredentials } = {}) {
      const definition = tryton({
        url: baseUrl ?? faults.url,
        database: access.database,
        ...configured,
        ...(pageSize === undefined ? {} : { pageSize }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      // A name that nobody has: the lock after six wrong logins must not hit the other tests' user.
      const credentials = wrongCredentials
        ? { username: 'nobody', password: 'canary-wrong-tryton' }
        : { username: access.username, password: access.password };
      return definition.connect({ clock, credentials: async () => credentials });
    },
    async planOrder({ article, quantity, changedAt }) {
      const { id, number } = await admin.planProduction({ article, quantity: Number(quantity) });
      if (changedAt !== undefined) setChangeTime(id, changedAt);
      return { id: String(id), number, article };
    },
    async cancelOrder({ number }) {
      const id = await idOf(number);
      await admin.press('production', 'draft', id);
      await admin.press('production', 'cancel', id);
    },
    async finishByHand({ number }) {
      const id = await idOf(number);
      for (const button of ['assign_try', 'run', 'done']) await admin.press('production', button, id);
    },
    async touch({ number }) {
      await admin.write('production', [await idOf(number)], { reference: `touched ${number}` });
    },
    async expireSession() {
      await admin.forgetSessions(access);
    },
    breakSessions: async () => gate.refuseSessions(true),
    mendSessions: async () => gate.refuseSessions(false),
    silentNoOp: async () => gate.ignoreNext('production.done'),
    async books({ number }) {
      const books = await admin.readProduction(await idOf(number));
      const done = books.outputs.filter(({ state }) => state === 'done');
      const sum = (wasted: boolean) =>
        sumOf(done.filter((one) => one.wasted === wasted).map(({ quantity }) => toDecimal(quantity) ?? '0'));
      const isOurLink = (name: string) => name.startsWith('Azumuta product order ');
      return {
        state: books.state === 'done' || books.state === 'cancelled' ? books.state : 'open',
        good: sum(false),
        scrap: sum(true),
        bookings: done.filter(({ wasted }) => !wasted).length,
        lots: done.flatMap(({ lot }) => (lot === undefined ? [] : [lot])),
        notes: books.notes,
        links: books.links.filter(({ name }) => !isOurLink(name)).map(({ url }) => url),
        productOrders: books.links.filter(({ name }) => isOurLink(name)).map(({ url }) => url),
        consumed: toDecimal(books.consumed['HSG-01'] ?? 0) ?? '0',
      };
    },
    async close() {
      await faults.close();
      await gate.close();
    },
  };
}

/** No call can set a change time: it is written into the database, as if the change had been made then. */
export function setChangeTime(id: number, changedAt: string | null): void {
  const database = new DatabaseSync(databaseFile());
  try {
    // As Python writes it: without a fraction when that is zero, or nothing would ever equal it.
    const text =
      changedAt &&
      new Date(changedAt)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.000Z$/, '')
        .replace('Z', '000');
    database.exec('PRAGMA busy_timeout = 10000');
    const statement = database.prepare('UPDATE production SET write_date = ? WHERE id = ?');
    statement.run(text, id);
  } finally {
    database.close();
  }
}

export function databaseFile(): string {
  const file = process.env.TRYTON_DATABASE_FILE;
  if (!file) throw new Error('These tests need a running Tryton: start them with `npm run test:tryton`.');
  return file;
}

export async function startGate(upstream: string): Promise<Gate> {
  let refusing = false;
  const ignored: string[] = [];
  const { url, close } = await listenOnLoopback((incoming, outgoing) => {
    answer(incoming).then(
      ({ status, body, type }) => {
        outgoing.writeHead(status, { 'content-type': type });
        outgoing.end(body);
      },
      () => incoming.socket.destroy(),
    );
  });

  async function answer(incoming: IncomingMessage) {
    const body = await text(incoming);
    const method = /"method":"([^"]+)"/.exec(body)?.[1] ?? '';
    const type = 'application/json';
    if (refusing && method !== 'common.db.login') return { status: 401, body: '', type };
    const at = ignored.findIndex((one) => method.endsWith(one));
    if (at >= 0) {
      ignored.splice(at, 1);
      return { status: 200, body: '{"id":1,"result":null}', type };
    }
    const { authorization } = incoming.headers;
    const response = await fetch(`${upstream}${incoming.url}`, {
      method: 'POST',
      headers: { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) },
      body,
    });
    return { status: response.status, body: await response.text(), type };
  }

  return {
    url,
    close,
    refuseSessions(refuse) {
      refusing = refuse;
    },
    ignoreNext: (method) => void ignored.push(method),
  };
}
