import { expect, it } from 'vitest';
import { accidents } from './accidents.ts';
import { drawScenario } from './scenario.ts';
import { flows, otherFigures, outages } from './scenario-event.ts';
import { kindOf } from './words.ts';

const scenarios = Array.from({ length: 3000 }, (_, seed) => drawScenario(seed));
const partners = ['azumuta', 'erp'];

it('draws each kind of event in at least one of a hundred scenarios', () => {
  // Prepare
  const expected = [
    ...Object.keys(accidents),
    ...partners.flatMap((partner) => outages.map((how) => `${partner} ${how}`)),
    ...partners.flatMap((partner) =>
      ['partner', 'Secrets Manager'].map((first) => `the secret of ${partner} is rotated, ${first} first`),
    ),
    ...otherFigures.map((figures) => `operator records: ${figures}`),
    ...flows.map((flow) => `the flow of ${flow} is paused`),
    ...['lost', 'doubled', 'late'].map((becomes) => `a trigger is ${becomes}`),
    ...['late', 'doubled', 'missing'].map((becomes) => `a scheduled run is ${becomes}`),
    ...['indexes lag', 'items expire', 'message comes twice', 'delete is lost', 'trigger of an open order'],
    ...['ERP restarts', 'ERP ignores a booking', 'ERP commits late', 'order is locked'],
    ...['planner changes the quantity', 'planner cancels', 'planner releases it again', 'planner renames'],
    ...['planner finishes it by hand', 'planner splits', 'planner touches', 'planner shares a number'],
    ...['operator renames', 'operator opens it again', 'operator removes it'],
    ...['operator types it by hand, equal', 'operator types it by hand, different'],
    ...['dead letters are sent again', 'dead letters are sent again, twice at the same time'],
    'dead letter is discarded',
  ];

  // Act
  const counts = new Map<string, number>();
  for (const { events } of scenarios)
    for (const name of new Set(events.map(kindOf))) counts.set(name, (counts.get(name) ?? 0) + 1);

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
