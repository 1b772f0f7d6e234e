import { expect, it } from 'vitest';
import { accidents } from './accidents.ts';
import { type Happening, otherFigures, outages } from './happening.ts';
import { drawScenario } from './scenario.ts';

const scenarios = Array.from({ length: 3000 }, (_, seed) => drawScenario(seed));

/** All that tells one happening from another, beside its place and its time. */
function nameOf(happening: Happening): string {
  switch (happening.kind) {
    case 'call':
      return happening.accident;
    case 'outage':
      return `${happening.partner} ${happening.how}`;
    case 'trigger':
    case 'run':
      return `${happening.kind} ${happening.becomes}`;
    case 'operator records other figures':
      return happening.figures;
    case 'operator types it by hand':
      return `${happening.kind}, ${happening.equal ? 'equal' : 'different'}`;
    case 'secret is rotated':
      return `${happening.kind}, ${happening.first} first`;
    default:
      return happening.kind;
  }
}

it('draws each happening in one of a hundred scenarios at least', () => {
  // Prepare
  const expected = [
    ...Object.keys(accidents),
    ...outages.flatMap((how) => [`azumuta ${how}`, `erp ${how}`]),
    ...otherFigures,
    ...['trigger lost', 'trigger twice', 'trigger late', 'run late', 'run twice', 'run never'],
    ...['indexes lag', 'items expire', 'message comes twice', 'delete is lost', 'ERP restarts'],
    ...['ERP ignores a booking', 'ERP commits late', 'order is locked', 'flow is paused'],
    ...['trigger of an open order'],
    ...['planner changes the quantity', 'planner cancels', 'planner releases it again', 'planner renames'],
    ...['planner finishes it by hand', 'planner splits', 'planner touches', 'planner shares a number'],
    ...['operator renames', 'operator opens it again', 'operator removes it'],
    ...['operator types it by hand, equal', 'operator types it by hand, different'],
    ...['secret is rotated, partner first', 'secret is rotated, Secrets Manager first'],
    ...['dead letters are sent again', 'dead letter is discarded'],
  ];

  // Act
  const counts = new Map<string, number>();
  for (const { happenings } of scenarios)
    for (const name of new Set(happenings.map(nameOf))) counts.set(name, (counts.get(name) ?? 0) + 1);

  // Assess
  expect([...counts.keys()].toSorted()).toEqual([...expected].toSorted());
  expect([...counts].filter(([, count]) => count < scenarios.length / 100)).toEqual([]);
});

it('draws the same scenario from the same seed', () => {
  // Act
  const again = scenarios.map(({ seed }) => drawScenario(seed));

  // Assess
  expect(again).toEqual(scenarios);
});
