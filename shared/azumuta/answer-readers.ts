import type { AzumutaContract } from './contract.ts';
import {
  fieldsOf,
  mapped,
  objectOf,
  orElse,
  type Reader,
  type ReadField,
  type ReadResource,
  resourceReader,
} from './field-readers.ts';
import type { AzumutaProductOrder, AzumutaRecording } from './resources.ts';
import {
  amountForm,
  instantForm,
  isObject,
  isOneOf,
  listForm,
  nameForm,
  parametersForm,
  recordedForm,
  wordsForm,
} from './value-forms.ts';

/** What an operation asks for. `keyOf` reads the number or id by which an entry of a list is recognised. */
export interface Resource<T> {
  readonly keyOf: ReadResource<string>;
  readonly read: ReadResource<T>;
}

/** Makes readers of Azumuta's answers by the contract. Its paths are split here, once. */
export function createAnswerReaders(contract: AzumutaContract) {
  const article = fieldsOf('article', contract.article);
  const created = fieldsOf('createdProductOrder', contract.createdProductOrder);
  const productOrder = fieldsOf('productOrder', contract.productOrder);
  const recording = fieldsOf('recording', contract.recording);
  const workInstruction = fieldsOf('workInstruction', contract.workInstruction);
  const readProductOrder = productOrderReader(contract);
  const resource = <T>(key: Reader<string>, read: Reader<T>): Resource<T> => ({
    keyOf: resourceReader(key),
    read: resourceReader(read),
  });
  return {
    findArticle: resource(requiredName(article, 'number'), articleReader(contract)),
    findProductOrder: resource(requiredName(productOrder, 'number'), readProductOrder),
    readProductOrder: resource(requiredName(productOrder, 'id'), readProductOrder),
    createProductOrder: resourceReader(
      objectOf({
        id: requiredName(created, 'id'),
        number: created('number', nameForm),
        url: created('url', nameForm),
      }),
    ),
    readRecording: resource(requiredName(recording, 'id'), recordingReader(contract)),
    readWorkInstruction: resource(
      requiredName(workInstruction, 'id'),
      objectOf({
        id: requiredName(workInstruction, 'id'),
        name: workInstruction('name', wordsForm(contract.language)),
      }),
    ),
  };
}

/** A number or id that must be there. It is empty only when there is a misfit. */
function requiredName<Name extends string>(
  field: ReturnType<typeof fieldsOf<Name>>,
  name: Name,
): Reader<string> {
  return orElse(field(name, nameForm, 'required'), '');
}

function articleReader(contract: AzumutaContract) {
  const field = fieldsOf('article', contract.article);
  const variant = fieldsOf('variant', contract.variant);
  const readId = requiredName(variant, 'id');
  const readName = variant('name', wordsForm(contract.language));
  const readVariant = (json: unknown, misfits: Parameters<typeof readId>[1]) => {
    const id = readId(json, misfits);
    return { id, name: readName(json, misfits) ?? id };
  };
  return objectOf({
    id: requiredName(field, 'id'),
    number: requiredName(field, 'number'),
    variants: orElse(field('variants', listForm(readVariant)), []),
  });
}

function productOrderReader(contract: AzumutaContract): Reader<AzumutaProductOrder> {
  const words = wordsForm(contract.language);
  const field = fieldsOf('productOrder', contract.productOrder);
  const isCompleted = isOneOf(contract.completedStatuses);
  const recordingIds = field('recordings', listForm(recordingIdReader(contract)));
  const read = objectOf({
    id: requiredName(field, 'id'),
    number: requiredName(field, 'number'),
    url: field('url', words),
    status: field('status', words, contract.trustTrigger ? 'optional' : 'stated'),
    completedAt: field('completedAt', instantForm),
    article: field('article', nameForm),
    parameters: orElse(field('parameters', parametersForm(contract)), {}),
    variants: orElse(field('variants', listForm(variantReader(contract))), []),
    recordingIds: mapped(recordingIds, (ids) => [...new Set(ids)]),
  });
  return (json, misfits) => {
    const order = read(json, misfits);
    return { ...order, completed: order.status !== undefined && isCompleted(order.status) };
  };
}

/** The name of a variant, or its id where it has no name. */
function variantReader(contract: AzumutaContract): ReadField<string> {
  const field = fieldsOf('variant', contract.variant);
  const name = field('name', wordsForm(contract.language));
  const id = plainOr(field('id', nameForm, 'required'));
  return (json, misfits) => (isObject(json) ? (name(json, misfits) ?? id(json, misfits)) : id(json, misfits));
}

function recordingIdReader(contract: AzumutaContract): ReadField<string> {
  return plainOr(fieldsOf('recordingRef', contract.recordingRef)('id', nameForm, 'required'));
}

/** An entry that is an id itself, or an object in which `read` finds the id. */
function plainOr(read: ReadField<string>): ReadField<string> {
  return (json, misfits) =>
    (isObject(json) ? undefined : nameForm.understand(json, misfits)) || read(json, misfits);
}

function recordingReader(contract: AzumutaContract): Reader<AzumutaRecording> {
  const words = wordsForm(contract.language);
  const field = fieldsOf('recording', contract.recording);
  const instructionId = field('workInstructionId', nameForm);
  const instruction = objectOf({
    id: orElse(instructionId, ''),
    version: field('workInstructionVersion', amountForm),
    name: field('workInstructionName', words),
  });
  return objectOf({
    id: requiredName(field, 'id'),
    productOrder: objectOf({
      id: field('productOrderId', nameForm),
      number: field('productOrderNumber', nameForm),
    }),
    steps: orElse(field('steps', listForm(stepReader(contract)), 'stated'), []),
    workInstruction: (json, misfits) =>
      instructionId(json, misfits) === undefined ? undefined : instruction(json, misfits),
    startedAt: field('startedAt', instantForm),
    finishedAt: field('finishedAt', instantForm),
    durationSeconds: field('durationSeconds', amountForm),
    // An operator without a name is left out: there would be nothing to tell the ERP.
    operator: field('operator', {
      ...words,
      understand: (who, misfits) => words.understand(who, misfits) ?? null,
    }),
    url: field('url', words),
  });
}

function stepReader(contract: AzumutaContract) {
  const words = wordsForm(contract.language);
  const field = fieldsOf('step', contract.step);
  const isPersonal = isOneOf(contract.personalStepTypes);
  return objectOf({
    id: field('id', nameForm),
    name: field('name', words, 'stated'),
    value: field('value', recordedForm(contract.language)),
    unit: field('unit', words),
    ok: mapped(field('result', words), isOneOf(contract.okResults)),
    personal: mapped(field('type', words), (type) => (isPersonal(type) ? true : undefined)),
  });
}
