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

describe('the comparison of two templates', () => {
  it.each([
    ['accepts a queue whose other properties change', { A: queue() }, { A: queue({ DelaySeconds: 1 }) }, []],
    ['reports a queue that has another id', { A: queue() }, { B: queue() }, ['A (AWS::SQS::Queue) vanishes']],
    ['reports a queue that gets a name', { A: queue() }, { A: queue({ QueueName: 'q' }) }, ['is replaced']],
    ['reports another type under an id', { A: queue() }, { A: alarm('a') }, ['was AWS::SQS::Queue and is']],
    ['accepts the loss of an alarm', { A: alarm('a') }, {}, []],
    [
      'reports the name of an alarm that gets another id',
      { A: alarm('a') },
      { B: alarm('a') },
      ['moves from A to B'],
    ],
    [
      'reports the loss of an address',
      { A: route('POST /orders') },
      { A: route('POST /order') },
      ['Route POST /orders'],
    ],
  ] as const)('%s', (_, before, after, sentences) => {
    expect(lossesOf(template(before), template(after))).toEqual(
      sentences.map((sentence) => expect.stringContaining(sentence)),
    );
  });

  it('reports an output that has another name', () => {
    expect(lossesOf(template({}, ['Stage']), template({}, ['StageName']))).toEqual([
      expect.stringContaining('Output Stage vanishes'),
    ]);
  });

  it('accepts one new index, and reports several', () => {
    expect(indexLosses(table('a'), table('a', 'b'))).toEqual([]);
    expect(indexLosses(table('a'), table('a', 'b', 'c'))).toEqual([
      expect.stringContaining('changes b, c: leave all but one'),
    ]);
  });

  it('reports the loss of an index that functions read', () => {
    expect(indexLosses(table('a', 'b'), table('a'))).toEqual([
      expect.stringContaining('Index b vanishes while functions of the last release still read it'),
    ]);
  });
});
