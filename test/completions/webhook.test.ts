import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { webhookAliasesSchema } from '../../shared/azumuta/assumptions.ts';
import { parseTriggerBody, parseTriggerQuery } from '../../shared/completions/webhook.ts';

const aliases = z.parse(webhookAliasesSchema, {});

/** Meteor ids: 17 characters without look-alikes. */
const meteorId = fc
  .array(fc.constantFrom(...'23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz'), {
    minLength: 17,
    maxLength: 17,
  })
  .map((characters) => characters.join(''));
/** Numbers as ERPs write them: slashes, commas, spaces inside, leading zeros. */
const orderNumber = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9/,. _#&=+%-]{0,30}[A-Za-z0-9]$/)
  .filter((text) => text.trim() === text);

const spelling = (names: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom('as is', 'lower', 'upper', 'snake', 'brackets'))
    .map(([name, style]) => {
      if (style === 'lower') return name.toLowerCase();
      if (style === 'upper') return name.toUpperCase();
      if (style === 'snake') return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return style === 'brackets' ? `${name}[]` : name;
    });

const trigger = fc.record({
  number: orderNumber,
  numberName: spelling(aliases.productOrderNumber),
  recordings: fc.uniqueArray(meteorId, { maxLength: 4 }),
  recordingName: spelling(aliases.recordingIds),
  instructions: fc.uniqueArray(meteorId, { maxLength: 3 }),
  instructionName: spelling(aliases.workInstructionIds),
});

describe('a trigger means the same in any alias and shape', () => {
  it('as JSON, with ids single, listed, comma-separated or as objects', () => {
    fc.assert(
      fc.property(trigger, fc.constantFrom('list', 'commas', 'objects', 'single'), (given, shape) => {
        // Prepare
        const shaped = (ids: readonly string[]) => {
          if (shape === 'commas') return ids.join(',');
          if (shape === 'objects') return ids.map((id) => ({ object: 'recording', id }));
          return shape === 'single' && ids.length === 1 ? ids[0] : ids;
        };
        const body = JSON.stringify({
          [given.numberName]: given.number,
          [given.recordingName]: shaped(given.recordings),
          [given.instructionName]: shaped(given.instructions),
          somethingElse: { ignored: true },
        });

        // Act
        const parsed = parseTriggerBody(body, aliases);

        // Assess
        expect(parsed).toEqual({
          ok: true,
          content: {
            productOrderNumber: given.number,
            recordingIds: given.recordings,
            workInstructionIds: given.instructions,
          },
        });
      }),
    );
  });

  it('as a query, with ids repeated or comma-separated', () => {
    fc.assert(
      fc.property(trigger, fc.boolean(), (given, repeated) => {
        // Prepare
        const query = new URLSearchParams();
        query.append(given.numberName, given.number);
        const add = (name: string, ids: readonly string[]) => {
          if (repeated) for (const id of ids) query.append(name, id);
          else if (ids.length > 0) query.append(name, ids.join(','));
        };
        add(given.recordingName, given.recordings);
        add(given.instructionName, given.instructions);

        // Act
        const parsed = parseTriggerQuery(query.toString(), aliases);

        // Assess
        expect(parsed).toEqual({
          ok: true,
          content: {
            productOrderNumber: given.number,
            recordingIds: given.recordings,
            workInstructionIds: given.instructions,
          },
        });
      }),
    );
  });
});

describe('an order number is never split', () => {
  it('keeps commas, slashes and leading zeros', () => {
    const parsed = parseTriggerQuery('number=00042%2FA,B', aliases);
    expect(parsed).toMatchObject({ ok: true, content: { productOrderNumber: '00042/A,B' } });
  });

  it('reads it from an object that carries it', () => {
    const parsed = parseTriggerBody('{"productOrder":{"id":"x","number":"PO-7"}}', aliases);
    expect(parsed).toMatchObject({ ok: true, content: { productOrderNumber: 'PO-7' } });
  });
});

describe('what cannot be used says why', () => {
  it.each([
    ['not JSON', 'nope', 'The body is not JSON.'],
    ['a list', '[]', 'The body must be a JSON object.'],
    ['no number', '{"recordingId":"x"}', 'No product order number'],
    ['an empty number', '{"number":"  "}', 'No product order number'],
    ['two numbers', '{"number":"A","orderNumber":"B"}', '2 different product order numbers'],
    ['a very long number', JSON.stringify({ number: 'x'.repeat(201) }), 'longer than 200'],
  ])('%s', (_name, body, reason) => {
    const parsed = parseTriggerBody(body, aliases);
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('never throws, whatever the body is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(parseTriggerBody(body, aliases)).toHaveProperty('ok');
        expect(parseTriggerQuery(body, aliases)).toHaveProperty('ok');
      }),
    );
  });
});
