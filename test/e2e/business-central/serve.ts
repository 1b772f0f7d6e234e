import { jsonAnswer, listen } from '../../../infra/local/emulator/process/http.ts';
import type { Meddler } from '../../../infra/local/sandbox/server.ts';
import { bcPlant } from '../../shared/erp/conformance/plants/business-central.ts';
import { bcCompany } from '../../shared/erp/conformance/servers/business-central.ts';
import { strictlyRead } from '../../support/server.ts';

const secret = { clientId: 'azumuta-client', clientSecret: 'on-this-machine' };

/**
 * A Business Central with the extension, on this machine, until it is closed. Its item is an article of the Azumuta sandbox,
 * with lots where some were recorded.
 */
export async function serveBusinessCentral(onBooked: (line: string) => void = () => {}) {
  const plant = bcPlant({ auth: 'oauth2', user: secret.clientId, secret: secret.clientSecret });
  const { books } = plant.server;
  books.addArticle('GEAR-01', { operations: [{}, {}], tracking: 'optional' });
  let meddler: Meddler = async (_, work) => work();
  const { url, close } = await listen(0, (request, sent, response) => {
    const { method = '', headers } = request;
    const asked = strictlyRead(new URL(request.url ?? '/', 'http://here'));
    const work = () => {
      const booked = books.bookings.length;
      const { status = 200, body } = plant.server.answer({
        method,
        url: asked,
        headers,
        body: sent.toString('utf8'),
      });
      for (const { orderNo, lineNo, good, scrap } of books.bookings.slice(booked))
        onBooked(`Booked on ${orderNo}/${lineNo}: ${good} good, ${scrap} scrap.`);
      return jsonAnswer(status, body);
    };
    return meddler(`${method} ${asked.pathname.split('/').at(-1)}`, work, response);
  });
  const environment = { BC_URL: url, ERP_CREDENTIALS: JSON.stringify(secret) };
  return {
    plant,
    stop: close,
    environment,
    /** Comes between a call and its work, by method and page: `POST bookings`. */
    meddle(next: Meddler) {
      meddler = next;
    },
  };
}

if (import.meta.main) {
  const { plant, environment } = await serveBusinessCentral((line) => console.log(line));
  const dueDate = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  const orders = ['3', '5'].map((quantity) => plant.plan({ article: 'GEAR-01', quantity, dueDate }).number);
  const variables = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  const chosen = '-c test/e2e/business-central/plant.config.ts';
  console.log(
    [
      'A test server of Business Central with the extension. It forgets everything when it ends (Ctrl-C).',
      `Released: ${orders.join(', ')}.`,
      'In another terminal, in this folder:',
      '',
      ...variables,
      `npm start -- --no-demo ${chosen}`,
      '',
      'It prints its own folder, and how to pull and to complete: a product order is in Azumuta some seconds after the pull, and is',
      'booked within a minute of its completion. In a third terminal, after the same exports:',
      '',
      `npm run doctor -- --local <that folder> ${chosen}`,
      '',
      'To run the configuration that npm run init wrote, replace in it meanwhile the lines tenant, environment and company by',
      '',
      "url: process.env.BC_URL ?? '',",
      "auth: { tokenUrl: process.env.BC_URL + '/oauth/token' },",
      `company: '${bcCompany.id}',`,
      '',
      'and the line azumuta, as it would call your real Azumuta, by',
      '',
      "azumuta: { baseUrl: process.env.AZUMUTA_BASE_URL ?? '', contract },",
      '',
      'Then choose it by -c in each of the commands above. After a correction end npm start (Ctrl-C), and begin again: it has',
      'another folder and other addresses then.',
    ].join('\n'),
  );
}
