import { randomUUID } from 'node:crypto';
import type { Answer, Received } from '../../../../support/server.ts';
import { keyed, ODataQueryError, type ODataRow, parseFilter } from './odata-filter.ts';
import { SapBooks, type SapWorld } from './sap-books.ts';
import { orderFields, SapError } from './sap-records.ts';

export interface SapServer {
  readonly answer: (call: Received) => Answer;
  readonly books: SapBooks;
  /** Every CSRF token, session cookie and bearer token becomes invalid. */
  expireSessions(): void;
  /** Every token is invalid as soon as it is issued. */
  sessionsLast: boolean;
  /** Rows of a page, independent of `$top` (server-driven paging); undefined: as many as Gateway returns. */
  largestPage: number | undefined;
  /** Both were seen: Gateway has a list of details, other OData V2 servers an object. */
  detailsAre: 'list' | 'object';
  /** A gateway in front of it makes JSON numbers of its figures. */
  figuresAreNumbers: boolean;
  /** Whether the service has `GetConfProposal` and `GetGdsMvtProposal`, and whether our user may call them. */
  proposals: 'known' | 'unknown' | 'not implemented' | 'forbidden';
}

export interface SapLogin {
  readonly auth: 'basic' | 'oauth2';
  /** Communication user, or client id. */
  readonly user: string;
  /** Password, or client secret. */
  readonly secret: string;
  /** Zone of the system's clock. Default UTC. */
  readonly timeZone?: string;
  /** Default: known. */
  readonly proposals?: SapServer['proposals'];
}

const root = '/sap/opu/odata/sap';
const orderService = `${root}/API_PRODUCTION_ORDER_2_SRV`;
const confirmationService = `${root}/API_PROD_ORDER_CONFIRMATION_2_SRV`;
const stockService = `${root}/API_MATERIAL_STOCK_SRV`;
/** Confirmations of a page: few, so that tests follow links to further pages. */
const confirmationsOfPage = 3;
/** Links contain the server's internal host name, behind its reverse proxy (seen on CAP's OData V2 adapter). */
const ownHost = 'https://s4hana.internal:44300';

const confirmationFilters = [
  'OrderID',
  'ConfirmationGroup',
  'ConfirmationCount',
  'ExternalSystemConfirmation',
];

/** Parameters of both proposals (function-imports.js of @sap/cloud-sdk-vdm-production-order-confirmation-v2-service 2.1.0). */
const proposalParameters = [
  ...['ConfirmationGroup', 'OrderID', 'OrderOperation', 'Sequence', 'OrderSuboperation', 'ConfirmationUnit'],
  ...['OrderConfirmationRecordType', 'ConfirmationUnitISOCode', 'ConfirmationUnitSAPCode'],
  ...['ConfirmationYieldQuantity', 'ConfirmationScrapQuantity', 'ConfirmationReworkQuantity'],
  ...['QuantityIsToBeProposed', 'ActivityIsToBeProposed', 'DateAndTimeIsToBeProposed'],
  'PersonnelIsToBeProposed',
];

const planPath = /^\/A_ProductionOrder_2\('([^']+)'\)\/to_ProductionOrder(Operation|Component)$/;

const stockFilters = ['Material', 'Batch', 'Plant', 'StorageLocation', 'InventoryStockType'];

const movementsPath =
  /^\/ProdnOrdConf2\(ConfirmationGroup='(\d+)',ConfirmationCount='(\d+)'\)\/to_ProdnOrdConfMatlDocItm$/;

/**
 * A stateful S/4HANA, for tests: the OData V2 services of a production order integration.
 * @param login Checked at each call, so that a secret can be replaced.
 */
export function createSap(login: SapLogin, world: SapWorld = { newId: randomUUID }): SapServer {
  const { newId } = world;
  const books = new SapBooks(login.auth === 'oauth2', login.timeZone ?? 'UTC', world);
  const bearers = new Set<string>();
  /** CSRF token by session cookie: one without the other is refused. */
  const sessions = new Map<string, string>();

  function answer(call: Received): Answer {
    if (call.url.pathname === '/oauth/token') return token(call);
    if (!authorized(call)) {
      // Logon failures are answered with a page, not with OData.
      const headers = { 'content-type': 'text/html', 'www-authenticate': 'Basic' };
      return { status: 401, headers, body: '<html>Logon failed</html>' };
    }
    try {
      const offered = call.method === 'GET' ? offeredToken(call) : {};
      const { body, ...given } = route(call);
      const shown = sap.figuresAreNumbers ? withNumbers(body) : body;
      return { ...given, body: shown, headers: { ...offered, ...given.headers } };
    } catch (error) {
      if (error instanceof ODataQueryError) {
        return errorAnswer(new SapError(400, '/IWBEP/CM_MGW_RT/022', error.message), sap.detailsAre);
      }
      if (error instanceof SapError) return errorAnswer(error, sap.detailsAre);
      throw error;
    }
  }

  function token({ headers, body }: Received): Answer {
    const client = `Basic ${Buffer.from(`${login.user}:${login.secret}`).toString('base64')}`;
    const granted = new URLSearchParams(body).get('grant_type') === 'client_credentials';
    if (login.auth !== 'oauth2' || headers.authorization !== client || !granted) {
      return { status: 401, body: { error: 'invalid_client' } };
    }
    const bearer = newId();
    if (sap.sessionsLast) bearers.add(bearer);
    return { body: { access_token: bearer, token_type: 'Bearer', expires_in: 3600 } };
  }

  function authorized({ headers }: Received): boolean {
    const given = headers.authorization ?? '';
    if (login.auth === 'oauth2') return bearers.has(given.replace(/^Bearer /, ''));
    return given === `Basic ${Buffer.from(`${login.user}:${login.secret}`).toString('base64')}`;
  }

  function route(call: Received): Answer {
    const { method, url, headers, body } = call;
    const path = decodeURIComponent(url.pathname);
    const key = /^\/A_ProductionOrder_2\('([^']+)'\)$/.exec(path.replace(orderService, ''))?.[1];
    if (method === 'GET') {
      if (key !== undefined) {
        const { etag, ...order } = books.find(key);
        const d = { ...shown(order, selectedBy(url, orderFields) ?? orderFields), __metadata: { etag } };
        return { headers: { etag }, body: { d } };
      }
      if (path === `${orderService}/A_ProductionOrder_2`) {
        return list(url, books.orders, orderFields, sap.largestPage ?? 1000);
      }
      if (path === `${confirmationService}/ProdnOrdConf2`) {
        const rows = sap.largestPage ?? confirmationsOfPage;
        return list(url, books.confirmations, confirmationFilters, rows);
      }
      const documents = movementsPath.exec(path.replace(confirmationService, ''));
      if (documents) {
        const [, group, count] = documents;
        const ofConfirmation = books.goods.documents.filter(
          (one) => one.ConfirmationGroup === group && one.ConfirmationCount === count,
        );
        return list(url, ofConfirmation, [], sap.largestPage ?? 1000);
      }
      const planned = planPath.exec(path.replace(orderService, ''));
      if (planned) {
        const { operations, components } = books.find(planned[1] ?? '');
        return list(url, planned[2] === 'Operation' ? operations : components, [], sap.largestPage ?? 1000);
      }
      if (path === `${stockService}/A_MatlStkInAcctMod`)
        return list(url, books.goods.stock, stockFilters, sap.largestPage ?? 1000);
      if (path === `${confirmationService}/` || path === `${orderService}/`) {
        return { body: { d: { EntitySets: [] } } };
      }
    }
    if (method === 'POST' || method === 'PATCH') {
      if (!tokenFits(call)) {
        const required = { 'x-csrf-token': 'Required' };
        return { status: 403, headers: required, body: 'CSRF token validation failed' };
      }
      if (method === 'POST' && path === `${confirmationService}/ProdnOrdConf2`) {
        return { status: 201, body: { d: books.confirm(JSON.parse(body)) } };
      }
      const proposal = /^\/Get(Conf|GdsMvt)Proposal$/.exec(path.replace(confirmationService, ''))?.[1];
      if (method === 'POST' && proposal !== undefined && sap.proposals !== 'unknown')
        return propose(proposal, url);
      if (method === 'PATCH' && key !== undefined) {
        books.patch(books.find(key), headers['if-match'], JSON.parse(body));
        return { status: 204 };
      }
    }
    throw new SapError(404, '/IWFND/MED/170', `No service found for ${path}`);
  }

  /** A complex type stands below the name of its function, a list of them in `results`. */
  function propose(proposal: string, { searchParams }: URL): Answer {
    if (sap.proposals === 'forbidden')
      throw new SapError(403, '/IWFND/CM_CONSUMER/101', 'No authorization to call the function');
    if (sap.proposals === 'not implemented')
      throw new SapError(
        501,
        '/IWBEP/CX_MGW_NOT_IMPL_EXC',
        `Method 'GET${proposal}PROPOSAL' not implemented`,
      );
    const asked = readProposalQuery(searchParams);
    if (proposal === 'Conf') return { body: { d: { GetConfProposal: books.proposeConfirmation(asked) } } };
    return { body: { d: { results: books.proposeMovements(asked) } } };
  }

  function offeredToken({ headers }: Received): NonNullable<Answer['headers']> {
    if (String(headers['x-csrf-token']).toLowerCase() !== 'fetch') return {};
    const [session, csrf] = [newId(), newId()];
    if (sap.sessionsLast) sessions.set(session, csrf);
    return {
      'x-csrf-token': csrf,
      'set-cookie': [
        'sap-usercontext=sap-client=100; path=/',
        `SAP_SESSIONID_S4H_100=${session}; path=/; secure; HttpOnly`,
      ],
    };
  }

  function tokenFits({ headers }: Received): boolean {
    const session = /SAP_SESSIONID_S4H_100=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    const csrf = sessions.get(session);
    return csrf !== undefined && csrf === headers['x-csrf-token'];
  }

  const sap: SapServer = {
    answer,
    books,
    sessionsLast: true,
    proposals: login.proposals ?? 'known',
    largestPage: undefined,
    detailsAre: login.auth === 'basic' ? 'object' : 'list',
    figuresAreNumbers: login.auth === 'basic',
    expireSessions() {
      bearers.clear();
      sessions.clear();
    },
  };
  return sap;
}

/** What a proposal is asked: texts in quotes, and decimals as `5M` (OData 2.0, Overview, "Primitive Types"). */
function readProposalQuery(parameters: URLSearchParams): Record<string, string> {
  const shared = ['$format', 'sap-client'];
  const asked = [...parameters].filter(([name]) => !shared.includes(name));
  return Object.fromEntries(
    asked.map(([name, text]) => {
      if (!proposalParameters.includes(name)) throw new ODataQueryError(`Invalid parameter ${name}`);
      const form = /Quantity$/.test(name) ? /^(\d+(?:\.\d+)?)[mM]$/ : /^'(.*)'$|^(true|false)$/;
      const [, value, flag] = form.exec(text) ?? [];
      if (value === undefined && flag === undefined)
        throw new ODataQueryError(`Parameter ${name} has an invalid value`);
      return [name, value ?? flag ?? ''];
    }),
  );
}

function withNumbers(body: Answer['body']): Answer['body'] {
  if (typeof body !== 'object') return body;
  return JSON.parse(JSON.stringify(body), (field, value) =>
    /Quantity|Qty/.test(field) && typeof value === 'string' && !Number.isNaN(Number(value))
      ? Number(value)
      : value,
  );
}

function list(url: URL, rows: readonly ODataRow[], fields: readonly string[], largest: number): Answer {
  const known = ['$filter', '$orderby', '$top', '$select', '$skiptoken', '$format', 'sap-client'];
  const surplus = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (surplus) throw new ODataQueryError(`Invalid system query option ${surplus}`);
  const filter = url.searchParams.get('$filter');
  const matching = filter ? rows.filter(parseFilter(filter, fields)) : rows;
  const order = (url.searchParams.get('$orderby') ?? '').split(',').filter(Boolean);
  const sorted = matching.toSorted((a, b) => {
    for (const field of order) {
      const name = field.trim().replace(/ asc$/, '');
      const [left, right] = [keyed(name, a[name]), keyed(name, b[name])];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  });
  const from = Number(url.searchParams.get('$skiptoken') ?? 0);
  const asked = Number(url.searchParams.get('$top') ?? sorted.length);
  const page = sorted.slice(from, from + Math.min(asked, largest));
  const select = selectedBy(url, [...fields, ...Object.keys(rows[0] ?? {})]);
  // A page of the requested length has no link; one that the server cut short links to the next one.
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(from + page.length));
  if (url.searchParams.has('$top')) next.searchParams.set('$top', String(asked - page.length));
  const isCut = page.length < asked && from + page.length < sorted.length;
  const results = page.map((row) => shown(row, select ?? Object.keys(row)));
  const query = next.search.replaceAll('+', '%20');
  const link = isCut ? { __next: `${ownHost}${next.pathname}${query}` } : {};
  return { body: { d: { results, ...link } } };
}

/** The fields that `$select` asks for. */
function selectedBy({ searchParams }: URL, known: readonly string[]): readonly string[] | undefined {
  const select = searchParams.get('$select')?.split(',');
  const unknown = select?.find((field) => !known.includes(field));
  if (unknown) throw new ODataQueryError(`Property ${unknown} not found in $select`);
  return select;
}

function shown(row: ODataRow, fields: readonly string[]): ODataRow {
  return Object.fromEntries(fields.filter((field) => field !== 'etag').map((field) => [field, row[field]]));
}

function errorAnswer(error: SapError, detailsAre: SapServer['detailsAre']): Answer {
  const details = [...error.details, { code: error.code, message: error.message }].map((detail) => ({
    ...detail,
    propertyref: '',
    severity: 'error',
  }));
  const innererror = {
    application: { component_id: 'PP-SFC', service_namespace: '/SAP/' },
    errordetails: detailsAre === 'list' ? details : { errordetail: details },
  };
  const { status, code, message } = error;
  return { status, body: { error: { code, message: { lang: 'en', value: message }, innererror } } };
}
