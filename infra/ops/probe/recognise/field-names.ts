const id = /^(id|guid|uuid|uid|oid)(\.\$?oid)?$/;
const address = /^(links\.|links\.)?(url|href|page|link|weburl|htmlurl|permalink)$/;
const instruction =
  '(work)?(instruction|doc|document|guide|procedure|manual|template|checklist|form|sop|workflow|process|instructie)';
const order = '(product|work|production|manufacturing)?(order|build|job)';
const article = '(article|artikel|product|item|material|part|model)';
const number = '(number|no|nr|num|code|ref|reference|nummer)';
const ending = '(at|on|op|date|time|dt)?';

/**
 * Names that web APIs give to the fields of the contract, the likeliest pattern first. They are matched with paths in
 * lower case without `_` and `-`. A line that has none of its own has those of its last name. A field of any other
 * name is found by its value only.
 */
const fieldNames: Readonly<Record<string, readonly RegExp[]>> = {
  id: [id, /(id|guid|uuid|key|code)$/],
  name: [/^(name|label|title|question|caption|naam|titel)$/, /(name|label|title|question|description|text)$/],
  variants: [
    /^(variants?(names|ids)?|varianten|options)$/,
    /variants?(names|ids)?$|options|configurations?|choices/,
  ],
  url: [address, /(page|html|self|web|ui|app|url|href|link)$/],
  answer: [new RegExp(`^(d|data|results?|response|value|payload|item|resource|(data\\.)?${order}s?)$`)],
  'list.entries': [
    /^((d|data|results?|response|embedded|payload|result)\.)?(data|results?|values?|items|rows|content|entries|records|list|hits|nodes|)$/,
  ],
  'productOrder.id': [id, new RegExp(`^${order}(id|guid|uuid|key)$`), /^(key|code)$/],
  'productOrder.number': [
    new RegExp(`^${order}${number}$`),
    /order(number|no|nr|num|code|ref|reference)$/,
    /^(number|no|nr|nummer)$/,
    /^(code|reference|ref|name)$/,
    /number|code|name|ref|no$/,
  ],
  'productOrder.status': [
    /^(status|state|toestand)$/,
    /^(status|state|toestand)\.(name|label|title|code|key|value|type)$/,
    /(status|state|phase|progress)$/,
  ],
  'productOrder.completedAt': [
    /complet/,
    /finish|done|voltooid|afgewerkt|gereed/,
    /clos|end(ed)?(at|on|date)?$|ready|termin/,
  ],
  'productOrder.article': [
    new RegExp(`^${article}\\.?(${number}|sku)$`),
    new RegExp(`${article}\\.?(number|no|nr|code|sku)$`),
    /^sku$|\.sku$/,
    /^(article|product|item|material|part|model|artikel)$/,
  ],
  'productOrder.parameters': [
    /^(parameters?|attributes|values)$/,
    /parameters?$/,
    /attributes|properties|customfields|fields$/,
    /values|specs|specifications|options/,
  ],
  'productOrder.recordings': [
    /^(recording|registration|execution|run|session)s?(ids|guids)?$|^registraties$/,
    /recording|registration|execution|^runs?|\.runs?|session|registratie/,
    /report|inspection|result|log|check|measurement|record|task|submission|entries/,
  ],
  'parameter.key': [/^(key|name|code|label|parameter|field|naam)$/, /(key|name|code|label)$/],
  'parameter.value': [/^(val|value|actual|content|waarde)$/, /value|actual|text|number|waarde/],
  'article.number': [new RegExp(`^${article}?${number}$`), /sku|reference/],
  'recording.productOrderId': [
    new RegExp(`^${order}\\.?(id|guid|uuid|key)(\\.\\$?oid)?$`),
    /order\w*\.?(id|guid|uuid|key)(\.\$?oid)?$/,
    /(id|guid|uuid|oid)$/,
  ],
  'recording.productOrderNumber': [
    new RegExp(`^${order}\\.?(order)?${number}$`),
    /order\w*\.?(number|no|nr|code|ref)$/,
    /(number|no|nr|code|ref|reference|name)$/,
  ],
  'recording.workInstructionId': [new RegExp(`${instruction}\\w*\\.?(id|guid|uuid|key)(\\.\\$?oid)?$`)],
  'recording.workInstructionVersion': [/version(number|no)?$|versie$/, /(revision|rev)$/],
  'recording.workInstructionName': [new RegExp(`${instruction}\\w*\\.?(name|title|label|naam|titel)$`)],
  'recording.startedAt': [
    new RegExp(`^(start|started|begin|began|from|gestart|begonnen)${ending}$`),
    /start|begin|began/,
    /open/,
  ],
  'recording.finishedAt': [
    new RegExp(
      `^(finish|finished|complete|completed|end|ended|to|until|stopped|beeindigd|geeindigd)${ending}$`,
    ),
    /finish|complet|end/,
    /stop|done|clos|submitted|eindigd/,
  ],
  'recording.durationSeconds': [
    /^(durations?|worked|elapsed|seconds|secs|duur)(in)?(s|sec|secs|seconds)?$/,
    /duration|seconds|worked|elapsed/,
    /time|minutes|length/,
  ],
  'recording.operator': [
    /(operator|worker|employee)(\.(full|display)name)$/,
    /^(operator|worker|employee|medewerker)(name)?$/,
    /(by|who|user|person|author|operator|worker|employee)\.(full|display)name$/,
    /(by|who|user|person|author|operator|worker|employee|door|medewerker)(\.?na[am]{1,2}e?)?$/,
  ],
  'recording.steps': [
    /^(steps?|stappen|answers|checks|entries)$/,
    /steps?$|stappen$/,
    /answers|checks|lines|results|items|values|entries|measurements|fields|responses/,
  ],
  'step.id': [/^(id|guid|uuid|uid|key)$/, /(step|line|check|question)?(id|guid|uuid|key|no)$/],
  'step.type': [/^(type|kind|soort)$/, /(type|kind|soort)(\.(code|name|key))?$/],
  'step.value': [
    /^(val|value|answer|result|recorded|actual|response|reading|measured|input|waarde)s?$/,
    /value|answer|result|measure|waarde/,
  ],
  'step.unit': [/^(unit|uom|unitofmeasure|eenheid)$/, /unit|uom|^in$/],
  'step.result': [
    /^(result|verdict|outcome|judgement|judgment|passed|ok|conform\w*|pass|oordeel)$/,
    /result|status|passed|isok|oordeel/,
  ],
};

const patternsOf = (line: string) => fieldNames[line] ?? fieldNames[lastOf(line)] ?? [];
const plainPath = (path: string) => path.replace(/[_-]/g, '').toLowerCase();

/** How well a path fits a line of the contract by its name: 0 is best, Infinity means not at all. */
function rankOf(line: string, path: string): number {
  const at = patternsOf(line).findIndex((pattern) => pattern.test(plainPath(path)));
  return at < 0 ? Infinity : at;
}

/** Whether the whole path is a name of the field: `status`, and neither `lastSync.status` nor `batchStatus`. */
export function isNamed(line: string, path: string): boolean {
  return patternsOf(line).some(({ source }) => new RegExp(`^(${source})$`).test(plainPath(path)));
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
