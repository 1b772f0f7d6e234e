import { expect, it } from 'vitest';
import {
  type AccountRecording,
  readRecordingOfAccount,
  writtenRecording,
} from '../../../../infra/local/recorded/account-recording.ts';

const recorded: AccountRecording = {
  head: {
    recording: 'azumuta',
    version: 1,
    made: '2026-12-02',
    values: false,
    basePath: '/api/v1',
    order: { number: 'KIT-20261202-k7m2', article: 'KIT-ARTICLE', parameters: { Quantity: 5 }, variants: [] },
    contract: { productOrder: { number: 'orderNo' } },
  },
  exchanges: [
    {
      at: 'created',
      operation: 'readProductOrder',
      asks: { method: 'GET', path: '/productorders/id000000000000001', query: {} },
      answers: {
        status: 200,
        headers: { 'content-type': 'application/json' },
        json: { id: 'id000000000000001' },
      },
      ms: 12,
    },
  ],
  triggers: [
    {
      at: 'completed',
      trigger: { method: 'GET', query: { number: 'KIT-20261202-k7m2' } },
      answered: 503,
      ms: 900,
    },
  ],
};
const file = 'KIT-1.recording.json';
const text = writtenRecording(recorded);
const lines = text.trimEnd().split('\n');
const changed = (at: number, change: (line: string) => string) =>
  lines.map((line, nth) => (nth === at ? change(line) : line)).join('\n');

it('is read as it was written', () => {
  expect(readRecordingOfAccount(text, file)).toEqual(recorded);
});

it.each([
  ['another file', '{"name":"x"}', 'line 1: this is no recording of the kit'],
  [
    'another version',
    changed(0, (line) => line.replace('"version":1', '"version":2')),
    'line 1: it is of version 2',
  ],
  ['without its end', lines.slice(0, -1).join('\n'), 'line 3: the recording is cut here'],
  ['cut within a line', text.slice(0, text.indexOf('"ms":900')), 'line 3: the recording is cut here'],
  ['without a line in the middle', lines.toSpliced(1, 1).join('\n'), 'line 3: the recording is cut here'],
  ['a line that is no JSON', changed(1, (line) => line.slice(0, -1)), 'line 2: it is not JSON'],
  [
    'a field of another form',
    changed(1, (line) => line.replace('200', '"200"')),
    'line 2: $.answers.status: found string',
  ],
  [
    'a key in an answer',
    changed(1, (line) => line.replace('"json":{', '"json":{"key":"mK4pQ8xW2nR7vT5yB9cD3fG6",')),
    'line 2: $.answers.json.key looks like a key or another secret',
  ],
  [
    'a header with a key',
    changed(2, (line) => line.replace('"query":{', '"query":{"Authorization":"x",')),
    'line 3: $.trigger.query.Authorization looks like a key',
  ],
])('is refused by its line: %s', (_, broken, sentence) => {
  const read = () => readRecordingOfAccount(broken, file);

  expect(read).toThrow(sentence);
  expect(read).not.toThrow('mK4pQ8xW');
});
