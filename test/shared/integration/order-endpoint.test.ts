import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { postedOrderSchema } from '../../../shared/orders/endpoint/posted-order.ts';

const folder = 'plants/examples/order-endpoint';
/** How each language writes a field of the order that it posts. */
const fieldsOf: Readonly<Record<string, RegExp>> = {
  'odoo.py': /^ {16}'(\w+)': /gm,
  'sap.abap': /^ {6}(\w+) += \|/gm,
  'power-automate.json': /^ {8}"(\w+)": /gm,
};
const camelCase = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

it('tests every example of a post to the order endpoint', () => {
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(fieldsOf).toSorted());
});

it.each(Object.entries(fieldsOf))(
  'posts the fields of the order endpoint, with its key: %s',
  (file, field) => {
    // Prepare
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const known = Object.keys(postedOrderSchema.def.shape);

    // Act
    const posted = Array.from(text.matchAll(field), ([, name = '']) => camelCase(name));

    // Assess
    expect(posted).toEqual(expect.arrayContaining(['number', 'article', 'quantity']));
    expect(posted.filter((name) => !known.includes(name))).toEqual([]);
    expect(text).toContain('X-API-Key');
  },
);
