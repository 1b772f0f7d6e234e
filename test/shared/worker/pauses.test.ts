import { fileURLToPath } from 'node:url';
import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isNumericLiteral,
  isPropertyAssignment,
  type Node,
} from 'typescript/unstable/ast';
import { expect, it } from 'vitest';
import { backoffDefaults } from '../../../shared/worker/policy.ts';
import { foundIn, numbersIn } from '../patterns/collect-patterns.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const folders = ['shared/azumuta', 'shared/erp'];

it('knows no pause of one order that a partner’s code names and that is longer than the longest of the worker', () => {
  // Prepare
  const named = numbersIn(project, folders);
  const secondsIn = (value: Node) =>
    isNumericLiteral(value) ? Number(value.text) : named.get(value.getText());

  // Act
  const pauses = foundIn(project, folders, (node, file) => {
    const isPause =
      isPropertyAssignment(node) && isIdentifier(node.name) && node.name.text === 'afterSeconds';
    if (!isPause || !isOfOneOrder(node)) return [];
    const seconds = secondsIn(node.initializer);
    // What a partner or a plant asks for is known only then.
    return seconds === undefined ? [] : [{ file, seconds }];
  });

  // Assess
  const why = "Say `retry: 'seldom'` instead: then the worker decides how long the longest pause is.";
  expect(pauses.length).toBeGreaterThan(4);
  expect(
    pauses.filter(({ seconds }) => seconds > backoffDefaults.capSeconds),
    why,
  ).toEqual([]);
});

/** Whether a field is of what `orderWaits()` or `new OrderNotReady()` is given; a partner that is down is the breaker's. */
function isOfOneOrder(field: Node): boolean {
  const call = field.parent?.parent;
  if (!call || !(isCallExpression(call) || isNewExpression(call))) return false;
  return /^(orderWaits|OrderNotReady)$/.test(call.expression.getText());
}
