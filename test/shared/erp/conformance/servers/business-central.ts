import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { toDecimal } from '../../../../../shared/model/quantity.ts';
import type { Answer, Received } from '../../../../support/server.ts';
import { BcBooks, type BcWorld } from './bc-books.ts';
import { type BcRow, readFilter, unknownProperty } from './bc-filter.ts';
import {
  type BcBooking,
  type BcComponent,
  BcError,
  type BcLine,
  type BcOperation,
  type BcRequest,
} from './bc-records.ts';
import { refusalOfExtension } from './bc-refusals.ts';

// The protocol of Business Central's API: MicrosoftDocs/dynamics365smb-devitpro-pb, commit 5dc00b6a, dev-itpro/webservices
// (api-endpoint-structure.md, dynamics-error-codes.md, odata-known-limitations.md) and dev-itpro/api-reference/v2.0.

export interface BcLogin {
  readonly auth: 'oauth2' | 'basic';
  readonly user: string;
  secret: string;
}

export const bcCompany = { id: '5d115c9c-44e3-ea11-bb43-000d3a2feca1', name: 'CRONUS BE' };
const apiRoot = `/api/azumuta/production/v1.0/companies(${bcCompany.id})/`;

export type BcServer = ReturnType<typeof createBusinessCentral>;

/** A stateful Business Central with the extension, for tests. @param login Checked at each call, so that a secret can be replaced. */
export function createBusinessCentral(login: BcLogin, world: BcWorld = { newId: randomUUID }) {
  const books = new BcBooks(world);
  const bearers = new Set<string>();

  function answer(call: Received): Answer {
    try {
      if (call.url.pathname === '/oauth/token') return token(call);
      requireAuthorized(call);
      return route(call);
    } catch (error) {
      if (error instanceof BcError) return errorAnswer(error, call);
      throw error;
    }
  }

  function token({ body }: Received): Answer {
    const form = new URLSearchParams(body);
    const isOurs =
      form.get('client_id') === login.user &&
      form.get('client_secret') === login.secret &&
      form.get('grant_type') === 'client_credentials';
    if (login.auth !== 'oauth2' || !isOurs)
      return {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret provided.',
        },
      };
    const bearer = world.newId();
    if (server.tokensLast) bearers.add(bearer);
    return { body: { access_token: bearer, token_type: 'Bearer', expires_in: 3599 } };
  }

  function requireAuthorized({ headers }: Received): void {
    const given = headers.authorization ?? '';
    const isKnown =
      login.auth === 'oauth2'
        ? bearers.has(given.replace(/^Bearer /, ''))
        : given === `Basic ${Buffer.from(`${login.user}:${login.secret}`).toString('base64')}`;
    if (!isKnown || server.isCardDisabled)
      throw new BcError(
        'Authentication_InvalidCredentials',
        'The server has rejected the client credentials.',
        401,
      );
  }

  function route(call: Received): Answer {
    const { method, url } = call;
    const path = decodeURIComponent(url.pathname);
    if (path === '/api/v2.0/companies')
      return { body: { value: [{ id: bcCompany.id, name: server.companyName }] } };
    if (!path.startsWith('/api/azumuta/production/v1.0/') || server.extension === undefined)
      throw new BcError(
        'BadRequest_ResourceNotFound',
        `No HTTP resource was found that matches ${path}.`,
        404,
      );
    if (!path.startsWith(apiRoot))
      throw new BcError('Internal_CompanyNotFound', 'Cannot find company with the Id that was given.', 404);
    const set = path.slice(apiRoot.length);
    if (server.forbidden === set)
      throw new BcError(
        'Authorization_RequestDenied',
        `Sorry, the current permissions prevented the action. (TableData ${set} Read: Azumuta ERP)`,
        403,
      );
    if (method === 'GET' && set in pages) return list(call, pages[set]?.(call) ?? []);
    if (method === 'POST' && set === 'bookings') return { status: 201, body: shownBooking(post(call)) };
    if (method === 'POST' && set === 'bookingNotes') return { status: 201, body: insertNote(call) };
    if (method === 'POST' && set === 'links') return { status: 201, body: insertLink(call) };
    if (set in pages) throw new BcError('BadRequest_MethodNotAllowed', 'Entity does not support this.', 405);
    throw new BcError('BadRequest_ResourceNotFound', `No HTTP resource was found that matches ${path}.`, 404);
  }

  /** The pages of the extension (BUSINESS-CENTRAL.md, 5.1), each with all its rows. */
  const pages: Readonly<Record<string, (call: Received) => readonly BcRow[]>> = {
    orderLines: () => books.lines.map(shownLine),
    orderOperations: () =>
      books.lines
        .filter(({ lineNo, routingReference }) => lineNo === routingReference)
        .flatMap((line) => line.operations.map((one) => shownOperation(line, one))),
    orderComponents: () =>
      books.lines.flatMap((line) => line.components.map((one) => shownComponent(line, one))),
    bookings: ({ headers }) => {
      // A replica may be behind: the last booking is not there yet (Data-Access-Intent).
      const isPrimary = headers['data-access-intent'] === 'ReadWrite';
      const committed = isPrimary ? books.bookings : books.bookings.slice(0, -1);
      const open = server.readsUncommitted && books.held ? [books.held] : [];
      return [...committed, ...open].map(shownBooking);
    },
    bookingNotes: () => books.notes.map((one) => ({ ...one })),
    links: () => books.links.map((one) => ({ ...one })),
    setups: () => [
      {
        id: '9a3f2c51-0c3e-4c7e-8d8e-6f3a1c5b7d20',
        extensionVersion: server.extension,
        company: server.companyName,
        userName: 'AZUMUTA ERP',
        postingFrom: books.postingFrom,
        postingTo: '0001-01-01',
        canPost: server.canPost,
      },
    ],
  };

  function shownLine(line: BcLine): BcRow {
    const item = books.items.get(line.itemNo);
    const last = line.operations.at(-1);
    return {
      number: `${line.orderNo}/${line.lineNo}`,
      orderNo: line.orderNo,
      lineNo: line.lineNo,
      status: line.status,
      blocked: line.blocked,
      itemNo: line.itemNo,
      variantCode: line.variant,
      description: `The ${line.itemNo}`,
      orderDescription: `Order for ${line.itemNo}`,
      sourceType: 'Item',
      sourceNo: line.itemNo,
      unit: item?.unit,
      quantity: Number(line.quantity),
      finishedQuantity: Number(line.finished),
      remainingQuantity: Number(line.remaining),
      dueDate: line.dueDate,
      locationCode: line.location,
      planningLevel: line.planningLevel,
      routingReferenceNo: line.routingReference,
      lastOperation: last?.operationNo ?? '',
      lastOperationFlushing: last ? enumName(last.flushing) : '',
      lotRequired: item?.tracking === 'lot',
      serialRequired: item?.tracking === 'serial',
      rowVersion: line.rowVersion,
      safeRowVersion: books.safeRowVersion,
      systemModifiedAt: line.modifiedAt,
      extensionVersion: server.extension,
    };
  }

  function shownComponent(line: BcLine, component: BcComponent): BcRow {
    const item = books.items.get(component.itemNo);
    return {
      orderNo: line.orderNo,
      prodOrderLineNo: line.lineNo,
      lineNo: component.lineNo,
      itemNo: component.itemNo,
      variantCode: '',
      description: component.itemNo,
      unit: item?.unit,
      expectedQuantity: Number(component.expected),
      remainingQuantity: Number(component.remaining),
      flushingMethod: enumName(component.flushing),
      routingLink: component.link,
      lotRequired: item?.tracking === 'lot',
      serialRequired: item?.tracking === 'serial',
      locationCode: line.location,
    };
  }

  function post(call: Received): BcBooking {
    const request = readRequest(call.body);
    return books.post(request);
  }

  function insertNote({ body }: Received): BcRow {
    const note = z.parse(noteSchema, knownFields(body, ['id', 'orderNo', 'lineNo', 'text']));
    books.requireUnlocked(note.orderNo);
    const refuse = (label: string, ...values: (string | number)[]) =>
      refusalOfExtension('AzumutaBookingNotesAPI.Page.al', label, ...values);
    if (!books.find(note.orderNo, note.lineNo)) throw refuse('UnknownLineErr', note.orderNo, note.lineNo);
    if (books.notes.some(({ id }) => id === note.id)) throw refuse('SameKeyErr', note.id);
    books.notes.push(note);
    return { ...note };
  }

  function insertLink({ body }: Received): BcRow {
    const link = z.parse(
      linkSchema,
      knownFields(body, ['orderNo', 'lineNo', 'productOrder', 'number', 'url']),
    );
    books.requireUnlocked(link.orderNo);
    if (link.productOrder.length > 250 || link.number.length > 250) throw tooLong('Product Order', 250);
    if (books.links.some((one) => isOf(link)(one) && one.productOrder === link.productOrder))
      throw new BcError(
        'Internal_EntityWithSameKeyExists',
        'The record in table Azumuta Link already exists.',
      );
    books.links.push(link);
    return { ...link };
  }

  function list({ url }: Received, rows: readonly BcRow[]): Answer {
    const { searchParams } = url;
    const known = ['$filter', '$orderby', '$top', '$skiptoken', '$select', 'tenant'];
    const surplus = [...searchParams.keys()].find((name) => !known.includes(name));
    if (surplus !== undefined)
      throw new BcError('BadRequest', `The query parameter ${surplus} is not supported.`);
    const fields = Object.keys(rows[0] ?? {});
    const filter = searchParams.get('$filter');
    const matching = filter && rows.length > 0 ? rows.filter(readFilter(filter, fields)) : rows;
    const [field = '', direction = 'asc'] = (searchParams.get('$orderby') ?? '').split(' ');
    const sign = direction === 'desc' ? -1 : 1;
    const sorted = field
      ? matching.toSorted((a, b) => sign * (Number(a[field]) - Number(b[field])))
      : matching;
    const asked = Number(searchParams.get('$top') ?? sorted.length);
    const value = sorted.slice(0, Math.min(asked, server.largestPage ?? 20_000));
    const isCut = value.length < asked && value.length < sorted.length;
    // Where it points to another host, nobody may follow it.
    const link = isCut ? { '@odata.nextLink': 'https://elsewhere.invalid/api?$skiptoken=2' } : {};
    return { body: { value: value.map((row) => ({ '@odata.etag': 'W/"1"', ...row })), ...link } };
  }

  const server = {
    answer,
    books,
    login,
    /** Whether a token is good for any call. */
    tokensLast: true,
    /** Whether the card *Microsoft Entra applications* is disabled, or missing. */
    isCardDisabled: false,
    /** Version of the extension; undefined: it is not installed. */
    extension: '1.0.0.0' as string | undefined,
    /** The page that our user may not use. */
    forbidden: undefined as string | undefined,
    canPost: true,
    companyName: bcCompany.name,
    /** Whether pages show what is not committed, as they do without `ReadIsolation` (dev-itpro/developer/devenv-read-isolation.md). */
    readsUncommitted: false,
    largestPage: undefined as number | undefined,
    expireTokens: () => bearers.clear(),
  };
  return server;
}

const isOf =
  ({ orderNo, lineNo }: { readonly orderNo: string; readonly lineNo: number }) =>
  (one: { readonly orderNo: string; readonly lineNo: number }) =>
    one.orderNo === orderNo && one.lineNo === lineNo;

/** Names of an enum in JSON: `_x0020_` for a blank. */
function enumName(text: string): string {
  return text.replaceAll(' ', '_x0020_').replaceAll('+', '_x002B_');
}

function shownOperation(line: BcLine, one: BcOperation): BcRow {
  return {
    orderNo: line.orderNo,
    prodOrderLineNo: line.lineNo,
    routingNo: line.itemNo,
    operationNo: one.operationNo,
    description: one.description,
    centerType: 'Work_x0020_Center',
    centerNo: '100',
    status: enumName(one.status),
    flushingMethod: enumName(one.flushing),
    blocked: one.centerBlocked,
    subcontracted: one.subcontracted,
    minutesPerTimeUnit: Number(one.minutesPerTimeUnit),
  };
}

function shownBooking({ details, ...booking }: BcBooking): BcRow {
  return {
    ...booking,
    good: Number(booking.good),
    scrap: Number(booking.scrap),
    postedGood: Number(booking.postedGood),
    postedScrap: Number(booking.postedScrap),
    details: JSON.stringify(details),
  };
}

const decimal = z.pipe(
  z.union([z.number(), z.string()]),
  z.transform((value) => toDecimal(value) ?? '0'),
);
const code = z.pipe(z.string(), z.transform(asCode));
const lotSchema = z.object({ number: code, quantity: decimal });
const detailsSchema = z.strictObject({
  lots: z._default(z.array(lotSchema), []),
  scrap: z._default(z.array(z.object({ code, quantity: decimal })), []),
  operations: z.exactOptional(
    z.array(
      z.object({
        no: code,
        good: z.optional(decimal),
        scrap: z.optional(decimal),
        setup: decimal,
        run: decimal,
        finished: z.boolean(),
      }),
    ),
  ),
  components: z._default(
    z.array(z.object({ lineNo: z.number(), quantity: decimal, lots: z.array(lotSchema) })),
    [],
  ),
});
const requestSchema = z.object({
  id: z.string(),
  orderNo: z.string(),
  lineNo: z.number(),
  itemNo: z.string(),
  variantCode: z.string(),
  unit: z.string(),
  postingDate: z.string(),
  good: decimal,
  scrap: decimal,
  final: z.boolean(),
  finish: z.boolean(),
  productOrder: z.string(),
  link: z.string(),
  reference: z.string(),
  note: z.string(),
  details: z.string(),
});
const noteSchema = z.object({ id: z.string(), orderNo: z.string(), lineNo: z.number(), text: z.string() });
const linkSchema = z.object({
  orderNo: z.string(),
  lineNo: z.number(),
  productOrder: z.string(),
  number: z.string(),
  url: z.string(),
});

function readRequest(body: string): BcRequest {
  const { details, ...request } = z.parse(requestSchema, knownFields(body, Object.keys(requestSchema.shape)));
  if (request.reference.length > 100) throw tooLong('Reference', 100);
  if (request.productOrder.length > 250) throw tooLong('Product Order', 250);
  const read = z.parse(detailsSchema, JSON.parse(details));
  for (const { number } of [...read.lots, ...read.components.flatMap(({ lots }) => lots)])
    if (number.length > 50) throw tooLong('Lot No.', 50);
  for (const { code } of read.scrap) if (code.length > 10) throw tooLong('Scrap Code', 10);
  return { ...request, id: request.id.toLowerCase(), details: read };
}

/** What a field of type Code makes of a text (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/developer/methods-auto/code/code-data-type.md). */
function asCode(text: string): string {
  return text.trim().toUpperCase();
}

function knownFields(body: string, known: readonly string[]): unknown {
  const sent: unknown = JSON.parse(body);
  const surplus = Object.keys(Object(sent)).find((field) => !known.includes(field));
  if (surplus !== undefined) throw unknownProperty(surplus);
  return sent;
}

function tooLong(field: string, most: number): BcError {
  return new BcError(
    'Application_StringExceededLength',
    `The length of the string for ${field} exceeds the maximum of ${most} characters.`,
  );
}

const dutch = 'We kunnen uw wijzigingen op dit moment niet opslaan, omdat een record wordt bijgewerkt.';

function errorAnswer({ status, code, message }: BcError, { headers }: Received): Answer {
  const isLock = message.startsWith("We can't save");
  const words = isLock && headers['accept-language'] !== 'en-US' ? dutch : message;
  const correlation = '  CorrelationId:  7c1f0e4b-9d0a-4a53-8c55-0d2cf8cf3a7e.';
  return { status, body: { error: { code, message: `${words}${correlation}` } } };
}
