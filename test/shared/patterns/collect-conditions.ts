import {
  type Expression,
  isBinaryExpression,
  isConditionalExpression,
  isDoStatement,
  isForStatement,
  isFunctionLikeDeclaration,
  isIfStatement,
  isParenthesizedExpression,
  isPrefixUnaryExpression,
  isWhileStatement,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { foundIn } from './collect-patterns.ts';

/** How many operands a condition may have without a name. */
const mostOperands = 2;
/** How many conditional expressions (`a ? b : c`) may stand one in another. */
const mostLevels = 2;

/**
 * Conditions in the source of these folders that a reader has to take apart: those of an `if`, a loop or a conditional
 * expression that join more than two operands, and conditional expressions that nest over two levels. Each is its file
 * and its text. What a function answers with, or a variable is set to, has a name.
 */
export function hardConditionsIn(root: string, folders: readonly string[]): string[] {
  return foundIn(root, folders, (node, file) => hardConditionsAt(node).map((text) => `${file}: ${text}`));
}

function hardConditionsAt(node: Node): string[] {
  const condition = conditionOf(node);
  const isLong = condition !== undefined && countOperands(condition) > mostOperands;
  const found = isLong ? [condition.getText()] : [];
  // Only the first level that is too deep is named.
  return isConditionalExpression(node) && levelOf(node) === mostLevels + 1
    ? [...found, node.getText()]
    : found;
}

/** What decides whether a statement or an expression is run. */
function conditionOf(node: Node): Expression | undefined {
  if (isIfStatement(node) || isWhileStatement(node) || isDoStatement(node)) return node.expression;
  return isForStatement(node) || isConditionalExpression(node) ? node.condition : undefined;
}

function countOperands(node: Expression): number {
  if (isParenthesizedExpression(node)) return countOperands(node.expression);
  if (isPrefixUnaryExpression(node)) return countOperands(node.operand);
  const isJoined =
    isBinaryExpression(node) &&
    (node.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken ||
      node.operatorToken.kind === SyntaxKind.BarBarToken);
  return isJoined ? countOperands(node.left) + countOperands(node.right) : 1;
}

/** How many conditional expressions this one stands in, with itself, up to the function that it stands in. */
function levelOf(node: Node): number {
  let level = 0;
  for (let at: Node | undefined = node; at && !isFunctionLikeDeclaration(at); at = at.parent)
    if (isConditionalExpression(at)) level += 1;
  return level;
}
