import { fileURLToPath } from 'node:url';
import {
  isCallExpression,
  isExportSpecifier,
  isImportDeclaration,
  isNamedImports,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
  isTemplateExpression,
  type Node,
} from 'typescript/unstable/ast';
import { expect, it } from 'vitest';
import { foundIn } from '../patterns/collect-patterns.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const folder = 'shared/alerts';
const catalogue = `${folder}/english.ts`;

/** Texts that nobody is sent: names of formats and figures, parts of a command, what the code says of a secret or of its run. */
const unsent = [
  '&amp;',
  '&gt;',
  '&lt;',
  '--stack …',
  'Action.OpenUrl',
  'AdaptiveCard',
  'Bolder',
  'Medium',
  'NFKD',
  'POST',
  'RichTextBlock',
  'TextRun',
  'TimeoutError',
  'an https URL',
  'another run is under way',
  'application/json',
  'application/vnd.microsoft.card.adaptive',
  'due today',
];

/** What the other files of the alerts take from the words of all views: it reads, compares and groups, and says nothing. */
const withoutWords = [
  'commandOf',
  'groupByReason',
  'groupOf',
  'isClosure',
  'maxName',
  'ordersOf',
  'pauseEndsSince',
  'readFigures',
  'readSituation',
  'refusesCredentials',
  'reopeningMs',
  'shownReasonLength',
  'summarizeShadow',
  'troubleKinds',
  'whoActs',
];

it('has every text that alerts and the morning mail send in one module', () => {
  const found = foundIn(project, [folder], (node, file) =>
    file === catalogue || isOfProgram(node) ? [] : [textOf(node) ?? ''].filter(hasWords),
  );
  expect([...new Set(found)].toSorted()).toEqual(unsent);
});

it('takes words that views share through that module', () => {
  // Prepare
  const exportedAgain = foundIn(project, [folder], (node, file) =>
    file === catalogue && isExportSpecifier(node) ? [node.name.text] : [],
  );

  // Act
  const imported = foundIn(project, [folder], (node, file) => (file === catalogue ? [] : importsAt(node)));
  const ofViews = imported.filter(({ from }) => from.includes('/situation/')).map(({ name }) => name);
  const around = imported.map(({ name }) => name).filter((name) => exportedAgain.includes(name));

  // Assess
  expect(exportedAgain.length).toBeGreaterThan(10);
  expect([...new Set(ofViews)].toSorted()).toEqual(withoutWords);
  expect(around).toEqual([]);
});

function textOf(node: Node): string | undefined {
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** Not a name of ours such as `morning-mail`, nor a command, which is typed in every language. */
function hasWords(text: string): boolean {
  return /\p{L}{2}/u.test(text) && !/^[a-z][\w-]*$/.test(text) && !/^npm run [a-z]+ -- [^A-Z]*$/.test(text);
}

/** It names a module, or is for a log or a bug. */
function isOfProgram({ parent }: Node): boolean {
  if (isImportDeclaration(parent) || isNewExpression(parent)) return true;
  const called = isCallExpression(parent) ? parent.expression : undefined;
  return called !== undefined && isPropertyAccessExpression(called) && called.expression.getText() === 'log';
}

/** What a file takes from outside of the alerts, without types. */
function importsAt(node: Node): { name: string; from: string }[] {
  const isOfValues = isImportDeclaration(node) && node.importClause?.phaseModifier === undefined;
  if (!isOfValues || !isStringLiteral(node.moduleSpecifier)) return [];
  const from = node.moduleSpecifier.text;
  const bindings = node.importClause?.namedBindings;
  if (!bindings || !isNamedImports(bindings)) return [];
  return bindings.elements
    .filter((one) => !one.isTypeOnly)
    .map((one) => ({ name: (one.propertyName ?? one.name).text, from }));
}
