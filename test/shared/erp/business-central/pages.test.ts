import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { BcPage } from '../../../../shared/erp/business-central/client.ts';
import { ownRefusals } from '../../../../shared/erp/business-central/errors.ts';
import * as records from '../../../../shared/erp/business-central/records.ts';
import { firstAttempt, newSignal } from '../conformance/attempts.ts';
import {
  amendmentOf,
  assemblyOf,
  completionOf,
  productOrderOf,
  quantityKey,
} from '../conformance/completions.ts';
import { bcAssembly } from '../conformance/plants/business-central.ts';
import { type ApiPage, apiPages, detailNames, errorCodes } from './extension/read-extension.ts';
import { startPlant } from './plant.ts';

type SchemaName = Extract<keyof typeof records, `${string}Schema`>;

/** What the connector reads of each page: a schema that is not here does not compile. */
const pageOf: Readonly<Record<SchemaName, BcPage>> = {
  lineSchema: 'orderLines',
  positionSchema: 'orderLines',
  highestSchema: 'orderLines',
  bcOperationSchema: 'orderOperations',
  bcComponentSchema: 'orderComponents',
  bookingSchema: 'bookings',
  bcNoteSchema: 'bookingNotes',
  bcLinkSchema: 'links',
  setupSchema: 'setups',
};

/** A field of a page, as somebody names it. */
interface Named {
  readonly page: string;
  readonly field: string;
  readonly isWritten: boolean;
}

const pages = new Map<string, BcPage>(Object.entries(pageOf));
const readBySchemas: readonly Named[] = Object.entries(records).flatMap(([name, schema]) => {
  const page = pages.get(name);
  if (page === undefined || typeof schema === 'function') return [];
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties).map((field) => ({ page, field, isWritten: false }));
});

/** One of each call that the connector makes. */
async function callAll() {
  const plant = startPlant({ locations: [''], planningLevels: 'top' });
  const { faults, connect, listed, book } = plant;
  const connector = connect();
  /** A row of each page, as it was answered. */
  const rows = new Map<string, object>();
  faults.rewriteAnswers((body) => {
    const page = pageIn(faults.calls().at(-1)?.url ?? '');
    const answer: unknown = JSON.parse(body);
    const { value } = z.parse(z.looseObject({ value: z.optional(z.array(z.looseObject({}))) }), answer);
    const row = value === undefined ? answer : value[0];
    if (page !== undefined && row !== undefined) rows.set(page, Object(row));
    return body;
  });
  const assembly = plant.plan(bcAssembly.article);
  const order = plant.plan();
  await book(assemblyOf(assembly, bcAssembly, {}));
  await book(completionOf(plant.plan('SOAP'), { lots: [{ number: 'L1' }] }));
  await connector.book(
    amendmentOf(order, { notes: ['Late'] }),
    quantityKey(productOrderOf(order, 2)),
    firstAttempt(),
  );
  await connector.linkProductOrder?.(order, productOrderOf(order), firstAttempt());
  await listed(await listed().then(({ watermark }) => watermark));
  await listed({ changedAt: '2026-01-01T00:00:00.000Z' });
  await connector.readOrder?.(order, newSignal());
  await connector.readRights?.(newSignal());
  return { calls: faults.calls(), rows };
}

const pageIn = (url: string): string | undefined => /\/companies\([^)]*\)\/(\w+)(?:\?|$)/.exec(url)?.[1];
const { calls, rows } = await callAll();

/** What stands in `$filter`, `$orderby` and in the bodies of the calls. */
const named: readonly Named[] = calls.flatMap(({ url, body }): Named[] => {
  const { searchParams } = new URL(url, 'https://erp.invalid');
  const page = pageIn(url);
  if (page === undefined) return [];
  const asked = [...(searchParams.get('$filter') ?? '').matchAll(/(\w+) (?:eq|gt|ge|lt) /g)].map(
    ([, field = '']) => field,
  );
  const [sorted = ''] = (searchParams.get('$orderby') ?? '').split(' ');
  const read = [...asked, ...(sorted === '' ? [] : [sorted])];
  const written = body === '' ? [] : Object.keys(JSON.parse(body));
  return [
    ...read.map((field) => ({ page, field, isWritten: false })),
    ...written.map((field) => ({ page, field, isWritten: true })),
  ];
});
const used = [...readBySchemas, ...named];

/** What of it the extension does not offer. */
function faultsOf(uses: readonly Named[], pages: readonly ApiPage[]): string[] {
  return uses.flatMap(({ page, field, isWritten }) => {
    const offered = pages.find(({ entitySet }) => entitySet === page);
    const found = offered?.fields.find(({ name }) => name === field);
    const isTaken = offered?.insert === true && found?.writable === true;
    const isFault = found === undefined || (isWritten && !isTaken);
    return isFault ? [`${page}.${field}`] : [];
  });
}

const otherLetter = (name: string, at: number): string => {
  const place = at % name.length;
  return `${name.slice(0, place)}${name[place] === 'q' ? 'x' : 'q'}${name.slice(place + 1)}`;
};

it('calls every page of the extension, and names only fields that it has and takes', () => {
  const called = new Set(used.map(({ page }) => page));

  expect(faultsOf(used, apiPages())).toEqual([]);
  expect(apiPages().filter(({ entitySet }) => !called.has(entitySet))).toEqual([]);
});

it('finds one letter that is another, in the connector and in the extension', () => {
  const offered = apiPages();
  fc.assert(
    fc.property(fc.constantFrom(...used), fc.nat(), fc.boolean(), (one, at, isOfPage) => {
      const changed = isOfPage
        ? { ...one, page: otherLetter(one.page, at) }
        : { ...one, field: otherLetter(one.field, at) };
      const ofExtension = offered.map((page) => {
        if (page.entitySet !== one.page) return page;
        if (isOfPage) return { ...page, entitySet: changed.page };
        const fields = page.fields.map((field) =>
          field.name === one.field ? { ...field, name: changed.field } : field,
        );
        return { ...page, fields };
      });

      expect(faultsOf([changed], offered)).not.toEqual([]);
      expect(faultsOf(used, ofExtension)).not.toEqual([]);
    }),
  );
});

it('is tested against a server that shows each field that the extension shows, and no other', () => {
  const shown = [...rows].map(([page, row]) => [page, fieldsIn(row)]);
  const ofExtension = apiPages().map(({ entitySet, fields }) => [
    entitySet,
    fields.map(({ name }) => name).toSorted(),
  ]);

  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(ofExtension));
});

it('names in the details of a booking what the extension reads there', () => {
  const sent = calls.flatMap(({ method, body }) => {
    const { details } = method === 'POST' && body.startsWith('{') ? JSON.parse(body) : {};
    return details === undefined ? [] : namesIn(JSON.parse(details));
  });

  expect([...new Set(sent)].toSorted()).toEqual(detailNames().toSorted());
});

function fieldsIn(row: object): string[] {
  return Object.keys(row)
    .filter((name) => !name.startsWith('@odata.'))
    .toSorted();
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(namesIn)];
}

it('knows each code of a refusal that the extension has', () => {
  // The one that is none is looked at by its key.
  expect([...Object.keys(ownRefusals), 'AZ-SAME-KEY'].toSorted()).toEqual(errorCodes());
});
