import { describe, expect, it } from 'vitest';
import { createAnswerReaders } from '../../../shared/azumuta/answer-readers.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { forMapping } from '../../../shared/completions/read-recordings.ts';

const step = (type: string, name: string, value: string | number) => ({ type, name, value });

/** Signatures of shop floors where nobody says "signature". */
const read = createAnswerReaders(defaultContract).readRecording.read({
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
    const shown = forMapping(recording, false);
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
    const shown = forMapping(recording, true);
    expect(shown.operator).toBe('An Peeters');
    expect(shown.steps[0]).toMatchObject({ value: 'An Peeters', personal: true });
  });
});
