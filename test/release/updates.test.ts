import { describe, expect, it } from 'vitest';
import type { RecordedTemplate } from './recorded.ts';
import { indexLosses, lossesOf } from './updates.ts';

type Resources = RecordedTemplate['Resources'];

const template = (Resources: Resources, outputs: readonly string[] = []): RecordedTemplate => ({
  Resources,
  Outputs: Object.fromEntries(outputs.map((name) => [name, {}])),
});
const queue = (properties: Resources[string]['Properties'] = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
});
const alarm = (name: string) => ({ Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: name } });
const route = (key: string) => ({ Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: key } });
const table = (...names: readonly string[]) =>
  template({
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: { GlobalSecondaryIndexes: names.map((IndexName) => ({ IndexName, KeySchema: [] })) },
    },
  });

describe('an update', () => {
  it.each([
    ['keeps a queue whose other properties change', { A: queue() }, { A: queue({ DelaySeconds: 1 }) }, []],
    ['loses a queue that has another id', { A: queue() }, { B: queue() }, ['A (AWS::SQS::Queue) vanishes']],
    ['replaces a queue that gets a name', { A: queue() }, { A: queue({ QueueName: 'q' }) }, ['is replaced']],
    ['refuses another type under an id', { A: queue() }, { A: alarm('a') }, ['was AWS::SQS::Queue and is']],
    ['may lose an alarm', { A: alarm('a') }, {}, []],
    [
      'meets the name of an alarm that has another id',
      { A: alarm('a') },
      { B: alarm('a') },
      ['moves from A to B'],
    ],
    ['loses an address', { A: route('POST /orders') }, { A: route('POST /order') }, ['Route POST /orders']],
  ] as const)('%s', (_, before, after, sentences) => {
    expect(lossesOf(template(before), template(after))).toEqual(
      sentences.map((sentence) => expect.stringContaining(sentence)),
    );
  });

  it('loses an output that has another name', () => {
    expect(lossesOf(template({}, ['Stage']), template({}, ['StageName']))).toEqual([
      expect.stringContaining('Output Stage vanishes'),
    ]);
  });

  it('adds one index, and no more at once', () => {
    expect(indexLosses(table('a'), table('a', 'b'))).toEqual([]);
    expect(indexLosses(table('a'), table('a', 'b', 'c'))).toEqual([
      expect.stringContaining('here are b, c: leave all but one'),
    ]);
  });

  it('keeps an index that functions read', () => {
    expect(indexLosses(table('a', 'b'), table('a'))).toEqual([
      expect.stringContaining('Index b vanishes while functions of the last release still read it'),
    ]);
  });
});
