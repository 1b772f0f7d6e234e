const id = '_?(id|guid|uuid|uid)(\\.\\$?oid)?';
const number = '(number|no|nr|num|code|ref|reference|nummer)';
const order = '(product|work|production|manufacturing)?(order|build|job)';
const article = '(article|artikel|product|item|material|part|model)';
const instruction = '(work)?(instruction|instructie|doc|document|guide|procedure|manual|template|checklist)';
const title = '(name|label|title|caption|naam|titel)';

/**
 * Names that web APIs give to the fields of the contract: a pattern for the whole path, in lower case and
 * without `_` and `-`. A line that has none of its own has that of its last name.
 */
const fieldNames: Readonly<Record<string, string>> = {
  id: `${id}|key`,
  name: `${title}|description|question`,
  variants: 'variants?(names|ids)?|varianten|options',
  url: '(links?\\.)?(url|href|page|link|pagina|web|html|weburl|htmlurl|permalink)',
  answer: `d|data|result|response|value|payload|item|resource|(data\\.)?${order}`,
  'list.entries':
    '((d|data|result|response)\\.)?(data|results?|values?|items|rows|content|entries|records|list|hits|nodes|)',
  'list.next': '(result\\.page\\.)?next|@odata\\.nextlink',
  'productOrder.id': `${order}?${id}|key`,
  'productOrder.number': `${order}?${number}`,
  'productOrder.status': `(status|state|toestand)(\\.(${title}|code))?`,
  'productOrder.completedAt': '(\\w+\\.)?(completed|finished|closed|done|voltooid)(at|on|op|date)?',
  'productOrder.article': `${article}(\\.?(${number}|sku))?|sku`,
  'productOrder.parameters': 'parameters?|attributes|values',
  'productOrder.recordings':
    '(recording|registration|execution|run|session)s?(ids|guids)?(\\.nodes)?|registraties',
  'parameter.key': `key|code|parameter|field|${title}`,
  'parameter.value': 'val|value|actual|content|waarde',
  'article.number': `${article}?${number}|sku`,
  'recording.productOrderId': `${order}\\.?${id}`,
  'recording.productOrderNumber': `${order}\\.?(order)?${number}`,
  'recording.workInstructionId': `${instruction}\\.?${id}`,
  'recording.workInstructionVersion': `${instruction}\\.?(version|revision|versie)`,
  'recording.workInstructionName': `${instruction}\\.?${title}`,
  'recording.startedAt': '(start|started|begin|from|gestart)(at|on|op)?',
  'recording.finishedAt': '(finish|finished|completed|end|ended|to|beeindigd)(at|on|op)?',
  'recording.durationSeconds': 'duration(in)?(seconds)?|elapsed|worked|seconds|duurseconden',
  'recording.operator': '(operator|worker|employee|user|by|who|medewerker)(\\.(full|display)?name)?',
  'recording.steps': '(sections\\.)?(steps?|stappen|answers|checks|lines|entries)',
  'step.id': `(step|line)?${id}|key|stepno`,
  'step.type': '(type|kind|soort)(\\.(code|name|key))?',
  'step.value': '(val|value|answer|result|recorded|actual|response|reading|measured|input|waarde)s?',
  'step.unit': 'unit|uom|unitofmeasure|in|eenheid',
  'step.result': 'result|verdict|outcome|judgement|passed|pass|ok|oordeel',
};

const patterns = new Map(
  Object.entries(fieldNames).map(([line, names]) => [line, new RegExp(`^(${names})$`)]),
);

/** What was planned or preset reads like what was done, and is booked for it. */
const planned = /planned|gepland|target|doel|soll|expect|default|standaard|preset|setpoint|nominal|limit/;

/** Whether the whole path is a usual name of the field: `status`, not `lastSync.status` or `batchStatus`. */
export function isNamed(line: string, path: string): boolean {
  const plain = path.replace(/[_-]/g, '').toLowerCase();
  return (patterns.get(line) ?? patterns.get(lastOf(line)))?.test(plain) ?? false;
}

/** The likelier ones first: what was not planned, then what has a usual name, then what is nested less. */
export function ranked<N extends { readonly path: string }>(line: string, nodes: readonly N[]): N[] {
  const rankOf = ({ path }: N) =>
    (planned.test(path.toLowerCase()) ? 200 : isNamed(line, path) ? 0 : 100) + path.split('.').length;
  return nodes.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** `id`, `_id`, `$oid`: the id of the object that has it. */
export const isOwnId = (name: string) => /^[_$]?(id|guid|uuid|oid)$/i.test(name);

/** Whether the last name of a path is that of an id: `_id`, `orderId`, `WorkOrderGuid`, and not `paid`. */
export function isId(path: string): boolean {
  const name = lastOf(path);
  return isOwnId(name) || /^key$|[a-z0-9](Id|ID|Guid|GUID|Uuid|UUID|Key)$|[_-](id|guid|uuid|key)$/.test(name);
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);
