import { describe, expect, it } from 'vitest';
import { recordingIn } from '../../../shared/azumuta/answer-readers.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { readByContract } from '../../../shared/azumuta/field-readers.ts';
import { unpackCompletion } from '../../../shared/completions/content.ts';
import { forMapping } from '../../../shared/completions/read-recordings.ts';
import { recordedLog } from '../../support/logs.ts';
import { completed, kept, mapping } from './completed.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

const step = (type: string, name: string, value: string | number) => ({ type, name, value });

/** Signatures of shop floors where nobody says "signature". */
const read = readByContract(defaultContract, recordingIn, {
  id: '5KKoy7m6ms89mvrTg',
  operator: 'An Peeters',
  steps: [
    step('signature', 'Handtekening', 'An Peeters'),
    step('Signature', 'Unterschrift', 'An Peeters'),
    step('user', 'Gecontroleerd door', 'An Peeters'),
    step('number', 'Good quantity', 5),
    { name: 'Without a type', value: 'Ok' },
  ],
});
if (!read.ok) throw new Error('it cannot be read');
const recording = read.value;

describe('the name of a person in a recording', () => {
  it('does not leave the function that reads it, whatever the step is called', () => {
    const shown = forMapping(recording, { includeOperators: false });
    expect(JSON.stringify(shown)).not.toContain('Peeters');
    expect(shown.steps.map(({ name, value }) => [name, value])).toEqual([
      ['Handtekening', undefined],
      ['Unterschrift', undefined],
      ['Gecontroleerd door', undefined],
      ['Good quantity', 5],
      ['Without a type', 'Ok'],
    ]);
  });

  it('is passed to the mapping when it asks for operators', () => {
    const shown = forMapping(recording, { includeOperators: true });
    expect(shown.operator).toBe('An Peeters');
    expect(shown.steps[0]).toMatchObject({ value: 'An Peeters', personal: true });
  });
});

describe('the names of persons in a completion', () => {
  /** Tells every answer. */
  const telling = mapping({ notes: ({ recordings }) => [JSON.stringify(recordings)] });

  /** Each recording of the sandbox ends with a signature. @returns the places that name a person. */
  async function placesNaming(includeOperators: boolean) {
    const { number } = await completed(stage);
    const { log, lines } = recordedLog();
    const attempt = stage.message(number, { log });
    await attempt({ ...telling, includeOperators, down: 'erp' });
    const [waiting] = await stage.ledger.bookings.listOfOrder(number);
    if (!waiting?.content) throw new Error('It is planned.');
    const inPlan = JSON.stringify(unpackCompletion(waiting.content, waiting));
    await attempt({ ...telling, includeOperators });
    const inErp = JSON.stringify(await stage.bookingsOf(number));
    expect([inPlan, inErp]).toEqual(Array(2).fill(expect.stringContaining('Signature')));
    const places = {
      inPlan,
      inErp,
      inLedger: JSON.stringify(await kept(stage, number)),
      inLog: lines.join(),
    };
    return Object.entries(places).flatMap(([place, text]) => (text.includes('Peeters') ? [place] : []));
  }

  it('reach neither the ledger, nor the ERP, nor the log', async () => {
    expect(await placesNaming(false)).toEqual([]);
  });

  it('reach the ERP, and the ledger until it is booked, when the mapping asks for them', async () => {
    expect(await placesNaming(true)).toEqual(['inPlan', 'inErp']);
  });
});
