import { describe, expect, it } from 'vitest';
import { failureOfOdooError, odooExceptions } from '../../../shared/erp/odoo/errors.ts';
import { failureOf as failureOfSapAnswer } from '../../../shared/erp/sap-s4hana/errors.ts';
import { failureOf as failureOfTemplateAnswer } from '../../../shared/erp/template/errors.ts';
import { failureOfTrytonError } from '../../../shared/erp/tryton/errors.ts';
import type { HttpResponse } from '../../../shared/platform/http.ts';
import { readAnswerRows, statusesIn, verdictInCell, verdictOfFailure } from './answers-table.ts';

const json = { error: { message: { value: 'No.' } } };
const answered = (status: number): HttpResponse => ({
  status,
  headers: new Headers({ 'content-type': 'application/json' }),
  text: JSON.stringify(json),
  json,
});
const now = new Date(0);

/** What each connector makes of a status, where its page says so of nothing but statuses. */
const failureOfStatus: Readonly<Record<string, (answer: HttpResponse) => unknown>> = {
  template: (answer) =>
    failureOfTemplateAnswer(answer, { what: 'the order', writes: false, now, secrets: [] }),
  'sap-s4hana': (answer) => failureOfSapAnswer(answer, { what: 'the order', wrote: 'nothing', now }),
};

describe.each(Object.entries(failureOfStatus))(
  'the table of answers on the page of %s',
  (folder, failureOf) => {
    // What depends on what was asked is in answers.test.ts.
    const all = readAnswerRows(folder).filter(({ answer }) => !answer.includes(' to the '));
    const rows = all.filter(({ answer }) => /^(any other 4xx|[45][\dx, ]*(,.*)?)$/.test(answer));

    it.each(rows)('says of $answer what the code makes of it', (row) => {
      const statuses = statusesIn(row, all);
      const others = statuses.filter(
        (status) => verdictOfFailure(failureOf(answered(status))) !== verdictInCell(row.results[0] ?? ''),
      );
      expect(statuses.length).toBeGreaterThan(0);
      expect(others).toEqual([]);
    });

    it('has rows for most statuses of an error', () => {
      expect(new Set(rows.flatMap((row) => statusesIn(row, all))).size).toBeGreaterThan(100);
    });
  },
);

/** What each connector makes of an exception by its name, at a call about an order. */
const failureOfName: Readonly<Record<string, (name: string) => unknown>> = {
  odoo: (name) =>
    failureOfOdooError(
      { name: `odoo.exceptions.${name}`, message: 'No.' },
      { what: 'mrp.production button_mark_done', order: 'WH/MO/00001' },
    ),
  tryton: (name) => failureOfTrytonError([name, ['No.', 'No.', 'No.']], 'completing production 17'),
};

describe.each(Object.entries(failureOfName))(
  'the table of exceptions on the page of %s',
  (folder, failureOf) => {
    const rows = readAnswerRows(folder)
      // Its other place is a call that is about no order.
      .map(({ answer, results }) => ({ answer: answer.replace(/`\w+` at any other call/, ''), results }))
      .flatMap(({ answer, results: [result = ''] }) =>
        Array.from(answer.matchAll(/`([A-Z][A-Za-z]+)`/g), ([, name = '']) => ({ name, result })),
      );

    it.each(rows)('says of $name what the code makes of it', ({ name, result }) => {
      expect(rows.length).toBeGreaterThan(4);
      expect(verdictOfFailure(failureOf(name))).toBe(verdictInCell(result));
    });
  },
);

it.each(Object.values(odooExceptions).flat())(
  'names %s, which the code knows, on the page of odoo',
  (name) => {
    const named = readAnswerRows('odoo').filter(({ answer }) => answer.includes(`\`${name}\``));
    expect(named).toHaveLength(1);
  },
);
