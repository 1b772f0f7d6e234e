const idFieldNames = '_?(id|guid|uuid|uid)(\\.\\$?oid)?';
const numberFieldNames = '(number|no|nr|num|code|ref|reference|nummer)';
const orderFieldNames = '(product|work|production|manufacturing)?(order|build|job)';
const articleFieldNames = '(article|artikel|product|item|material|part|model)';
const instructionFieldNames =
  '(work)?(instruction|instructie|doc|document|guide|procedure|manual|template|checklist)';
const titleFieldNames = '(name|label|title|caption|naam|titel)';

/**
 * Names that web APIs give to the fields of the contract: a pattern for the whole path, in lower case and
 * without `_` and `-`. A line that names none has that of its last name.
 */
const fieldNames: Readonly<Record<string, string>> = {
  id: `${idFieldNames}|key`,
  name: `${titleFieldNames}|description|question`,
  variants: 'variants?(names|ids)?|varianten|options',
  url: '(links?\\.)?(url|href|page|link|pagina|web|html|weburl|htmlurl|permalink)',
  answer: `d|data|result|response|value|payload|item|resource|(data\\.)?${orderFieldNames}`,
  'list.entries':
    '((d|data|result|response)\\.)?(data|results?|values?|items|rows|content|entries|records|list|hits|nodes|)',
  'list.next':
    '((result\\.)?(page|paging|pagination|meta)\\.)?(links\\.)?next(page|link|url|pageurl|cursor|token)?(\\.href)?|@odata\\.nextlink',
  'productOrder.id': `${orderFieldNames}?${idFieldNames}|key`,
  'productOrder.number': `${orderFieldNames}?${numberFieldNames}`,
  'productOrder.status': `(status|state|toestand)(\\.(${titleFieldNames}|code))?`,
  completedStatuses: '(is)?(completed?|finished|done|closed|voltooid|afgewerkt)',
  'productOrder.completedAt': '(\\w+\\.)?(completed|finished|closed|done|voltooid)(at|on|op|date)?',
  'productOrder.article': `${articleFieldNames}(\\.?(${numberFieldNames}|sku))?|sku`,
  'productOrder.parameters': 'parameters?|attributes|values',
  'productOrder.recordings':
    '(recording|registration|execution|run|session)s?(ids|guids)?(\\.nodes)?|registraties',
  'parameter.key': `key|code|parameter|field|${titleFieldNames}`,
  'parameter.value': 'val|value|actual|content|waarde',
  'article.number': `${articleFieldNames}?${numberFieldNames}|sku`,
  'recording.productOrderId': `${orderFieldNames}\\.?${idFieldNames}`,
  'recording.productOrderNumber': `${orderFieldNames}\\.?(order)?${numberFieldNames}`,
  'recording.workInstructionId': `${instructionFieldNames}\\.?${idFieldNames}`,
  'recording.workInstructionVersion': `${instructionFieldNames}\\.?(version|revision|versie)`,
  'recording.workInstructionName': `${instructionFieldNames}\\.?${titleFieldNames}`,
  'recording.startedAt': '(start|started|begin|from|gestart)(at|on|op)?',
  'recording.finishedAt': '(finish|finished|completed|end|ended|to|beeindigd)(at|on|op)?',
  'recording.durationSeconds': 'duration(in)?(seconds)?|elapsed|worked|seconds|duurseconden',
  'recording.operator': '(operator|worker|employee|user|by|who|medewerker)(\\.(full|display)?name)?',
  'recording.steps': '(sections\\.)?(steps?|stappen|answers|checks|lines|entries)',
  'step.id': `(step|line)?${idFieldNames}|key|stepno`,
  'step.type': '(type|kind|soort)(\\.(code|name|key))?',
  'step.value': '(val|value|answer|result|recorded|actual|response|reading|measured|input|waarde)s?',
  'step.unit': 'unit|uom|unitofmeasure|in|eenheid',
  'step.result': 'result|verdict|outcome|judgement|passed|pass|ok|oordeel',
};

const patterns = new Map(
  Object.entries(fieldNames).map(([line, names]) => [line, new RegExp(`^(${names})$`)]),
);

/** What was planned or preset reads like what was done, and is booked for it. */
const plannedFieldNames =
  /planned|gepland|target|doel|soll|expect|default|standaard|preset|setpoint|nominal|limit/;

/** What JSON:API puts around each field, which says nothing about it: `relationships.order.data.id`. */
const aroundFields = /(?<=^|\.)(attributes|relationships|data)\.(?=.)/g;

/** Whether the whole path is a usual name of the field: `status`, not `lastSync.status` or `batchStatus`. */
export function isNamed(line: string, path: string): boolean {
  const plain = path.replace(/[_-]/g, '').toLowerCase().replace(aroundFields, '');
  return (patterns.get(line) ?? patterns.get(lastOf(line)))?.test(plain) ?? false;
}

/** The likelier ones first: what was not planned, then what has a usual name, then what is nested less. */
export function rankByName<N extends { readonly path: string }>(line: string, nodes: readonly N[]): N[] {
  const rankOf = ({ path }: N) =>
    (plannedFieldNames.test(path.toLowerCase()) ? 200 : isNamed(line, path) ? 0 : 100) +
    path.split('.').length;
  return nodes.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** `idFieldNames`, `_id`, `$oid`: the id of the object that has it. */
export const isOwnId = (name: string) => /^[_$]?(id|guid|uuid|oid)$/i.test(name);

/** Whether the last name of a path is that of an id: `_id`, `orderId`, `WorkOrderGuid`, and not `paid`. */
export function isIdPath(path: string): boolean {
  const name = lastOf(path);
  return isOwnId(name) || /^key$|[a-z0-9](Id|ID|Guid|GUID|Uuid|UUID|Key)$|[_-](id|guid|uuid|key)$/.test(name);
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);
