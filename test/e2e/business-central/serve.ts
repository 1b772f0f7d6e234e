import { text } from 'node:stream/consumers';
import { bcPlant } from '../../shared/erp/conformance/plants/business-central.ts';
import { bcCompany } from '../../shared/erp/conformance/servers/business-central.ts';
import { listenOnLoopback } from '../../support/loopback.ts';
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
  const { url, close } = await listenOnLoopback(async (request, response) => {
    const booked = books.bookings.length;
    const { status = 200, body } = await plant.answer({
      method: request.method ?? '',
      url: strictlyRead(new URL(request.url ?? '/', 'http://here')),
      headers: request.headers,
      body: await text(request),
    });
    for (const { orderNo, lineNo, good, scrap } of books.bookings.slice(booked))
      onBooked(`Booked on ${orderNo}/${lineNo}: ${good} good, ${scrap} scrap.`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const environment = { BC_URL: url, ERP_CREDENTIALS: JSON.stringify(secret) };
  return { plant, stop: close, environment };
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
      'It prints how to pull and to complete, and its own folder. In a third terminal, after the same exports:',
      '',
      `npm run doctor -- --local <that folder> ${chosen}`,
      '',
      'To run the configuration that npm run init wrote, write into it meanwhile, instead of tenant and environment:',
      '',
      "url: process.env.BC_URL ?? '',",
      "auth: { tokenUrl: process.env.BC_URL + '/oauth/token' },",
      `company: '${bcCompany.id}',`,
      '',
      "and azumuta: { baseUrl: process.env.AZUMUTA_BASE_URL ?? '', contract }. Else it would call your real Azumuta.",
    ].join('\n'),
  );
}
