const id = /^(id|guid|uuid)(\.\$?oid)?$/;
const address = /^(url|href|page|link|weburl|htmlurl|permalink)$/;
const instruction =
  '(instruction|doc|document|guide|procedure|manual|template|checklist|form|sop|workflow|process)';

/**
 * Names that web APIs give to the fields of the contract, the likeliest pattern first. They are matched with paths in
 * lower case without `_` and `-`. A line that has none of its own has those of its last name. A field of any other
 * name is found by its value only.
 */
const fieldNames: Readonly<Record<string, readonly RegExp[]>> = {
  id: [id, /(id|guid|uuid|key|code)$/],
  name: [/^(name|label|title|question|caption)$/, /(name|label|title|question|description|text)$/],
  variants: [/variants?(names|ids)?$/, /options|configurations?|choices/],
  url: [address, /(page|html|self|web|ui|app|url|href|link)$/],
  'productOrder.id': [id, /^\w*order(id|guid|uuid|key)$/, /^(key|code)$/],
  'productOrder.number': [
    /order(number|no|nr|num|code|ref|reference)$/,
    /^(number|no|nr)$/,
    /^(code|reference|ref|name)$/,
    /number|code|name|ref|no$/,
  ],
  'productOrder.status': [
    /^(status|state)$/,
    /^(status|state)\.(name|label|title|code|key|value|type)$/,
    /(status|state|phase|progress)$/,
  ],
  'productOrder.completedAt': [
    /complet/,
    /finish|done/,
    /clos|end(ed)?(at|on|date)?$|ready|gereed|afgewerkt|voltooid|termin/,
  ],
  'productOrder.article': [
    /(article|product|item|material|part|model)\.?(number|no|nr|code|sku)$/,
    /(^|\.)sku$/,
    /^(article|product|item|material|part|model)$/,
  ],
  'productOrder.parameters': [
    /parameters?$/,
    /attributes|properties|customfields|fields$/,
    /values|specs|specifications|options/,
  ],
  'productOrder.recordings': [
    /recording|registration|execution|^runs?|\.runs?|session/,
    /report|inspection|result|log|check|measurement|record|task|submission|entries/,
  ],
  'parameter.key': [/^(key|name|code|label|parameter|field)$/, /(key|name|code|label)$/],
  'parameter.value': [/^(val|value|actual|content)$/, /value|actual|text|number/],
  'article.number': [/(article|product|item|material|part)?(number|no|nr|code)$/, /sku|reference/],
  'recording.productOrderId': [/order\w*\.?(id|guid|uuid|key)(\.\$?oid)?$/, /(id|guid|uuid|oid)$/],
  'recording.productOrderNumber': [
    /order\w*\.?(number|no|nr|code|ref)$/,
    /(number|no|nr|code|ref|reference|name)$/,
  ],
  'recording.workInstructionId': [new RegExp(`${instruction}\\w*\\.?(id|guid|uuid|key)(\\.\\$?oid)?$`)],
  'recording.workInstructionVersion': [/version(number|no)?$/, /(revision|rev)$/],
  'recording.workInstructionName': [new RegExp(`${instruction}\\w*\\.?(name|title|label)$`)],
  'recording.startedAt': [/start|begin|began/, /^from$|open/],
  'recording.finishedAt': [/finish|complet|end/, /^(to|until)$|stop|done|clos|submitted/],
  'recording.durationSeconds': [/duration|seconds|worked|elapsed/, /time|minutes|length/],
  'recording.operator': [
    /(operator|worker|employee)(\.(full|display)name)$/,
    /^(operator|worker|employee)(name)?$/,
    /(by|who|user|person|author|operator|worker|employee)\.(full|display)name$/,
    /(by|who|user|person|author|operator|worker|employee)(\.?name)?$/,
  ],
  'recording.steps': [
    /steps?$/,
    /answers|checks|lines|results|items|values|entries|measurements|fields|responses/,
  ],
  'step.id': [/^(id|guid|uuid|key)$/, /(step|line|check|question)?(id|guid|uuid|key|no)$/],
  'step.type': [/^(type|kind)$/, /(type|kind)(\.(code|name|key))?$/],
  'step.value': [
    /^(val|value|answer|result|recorded|actual|response|reading|measured|input)s?$/,
    /value|answer|result|measure/,
  ],
  'step.unit': [/^(unit|uom|unitofmeasure)$/, /unit|uom|^in$/],
  'step.result': [
    /^(result|verdict|outcome|judgement|judgment|passed|ok|conform\w*|pass)$/,
    /result|status|passed|isok/,
  ],
};

/** How well a path fits a line of the contract by its name: 0 is best, Infinity means not at all. */
function rankOf(line: string, path: string): number {
  const plainPath = path.replace(/[_-]/g, '').toLowerCase();
  const at = (fieldNames[line] ?? fieldNames[lastOf(line)] ?? []).findIndex((pattern) =>
    pattern.test(plainPath),
  );
  return at < 0 ? Infinity : at;
}

export function fitsName(line: string, path: string): boolean {
  return rankOf(line, path) < Infinity;
}

/** The likelier ones first: by their names, then those that are nested less. */
export function ranked<N extends { readonly path: string }>(line: string, nodes: readonly N[]): N[] {
  const depthOf = ({ path }: N) => path.split('.').length;
  // The difference of two infinite ranks is NaN, which leaves it to the depth.
  return nodes.toSorted((a, b) => rankOf(line, a.path) - rankOf(line, b.path) || depthOf(a) - depthOf(b));
}

/** `id`, `_id`, `$oid`: the id of the object that has it. */
export function isOwnId(name: string): boolean {
  return /^[_$]?(id|guid|uuid|oid)$/i.test(name);
}

/** Whether the last name of a path is that of an id: `_id`, `orderId`, `WorkOrderGuid`, and not `paid`. */
export function isId(path: string): boolean {
  const name = lastOf(path);
  return isOwnId(name) || /^key$|[a-z0-9](Id|ID|Guid|GUID|Uuid|UUID|Key)$|[_-](id|guid|uuid|key)$/.test(name);
}

/** The last name of a path. */
function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
