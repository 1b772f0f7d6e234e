import type { RecordedStep } from '../model/completions.ts';
import type { AzumutaContract } from './contract.ts';
import {
  type Form,
  fieldsOf,
  lazily,
  mapped,
  objectOf,
  orElse,
  type Reader,
  type ReadField,
  type Reading,
  type ReadResource,
  resourceReader,
  untold,
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
  const readVariant = (json: unknown, reading: Reading) => {
    const id = readId(json, reading);
    return { id, name: readName(json, reading) ?? id };
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
  const readNumber = requiredName(field, 'number');
  const read = objectOf({
    id: requiredName(field, 'id'),
    number: readNumber,
    url: field('url', orNone(words)),
    status: field('status', words, contract.trustTrigger ? 'optional' : 'stated'),
    completedAt: field('completedAt', instantForm),
    article: field('article', nameForm),
    parameters: orElse(field('parameters', parametersForm(contract)), {}),
    variants: lazily(orElse(field('variants', listForm(variantReader(contract))), [])),
    recordingIds: mapped(recordingIds, (ids) => [...new Set(ids)]),
  });
  return (json, { misfits }) => {
    const number = readNumber(json, untold());
    const order = read(json, { misfits, whose: `product order ${number}` });
    return Object.assign(order, { completed: order.status !== undefined && isCompleted(order.status) });
  };
}

/** The name of a variant, or its id where it has no name. */
function variantReader(contract: AzumutaContract): ReadField<string> {
  const field = fieldsOf('variant', contract.variant);
  const name = field('name', wordsForm(contract.language));
  const id = plainOr(field('id', nameForm, 'required'));
  return (json, reading) => (isObject(json) ? (name(json, reading) ?? id(json, reading)) : id(json, reading));
}

function recordingIdReader(contract: AzumutaContract): ReadField<string> {
  return plainOr(fieldsOf('recordingRef', contract.recordingRef)('id', nameForm, 'required'));
}

/** An entry that is an id itself, or an object in which `read` finds the id. */
function plainOr(read: ReadField<string>): ReadField<string> {
  return (json, reading) =>
    (isObject(json) ? undefined : nameForm.understand(json, reading)) || read(json, reading);
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
  const readId = requiredName(field, 'id');
  const read = objectOf({
    id: readId,
    productOrder: objectOf({
      id: field('productOrderId', nameForm),
      number: field('productOrderNumber', nameForm),
    }),
    steps: orElse(field('steps', stepsForm(contract), 'stated'), []),
    workInstruction: (json, reading) =>
      instructionId(json, reading) === undefined ? undefined : instruction(json, reading),
    startedAt: lazily(field('startedAt', instantForm)),
    finishedAt: lazily(field('finishedAt', instantForm)),
    durationSeconds: lazily(field('durationSeconds', amountForm)),
    // An operator without a name is left out: there would be nothing to tell the ERP.
    operator: field('operator', orNone(words)),
    url: field('url', orNone(words)),
  });
  return (json, { misfits }) => read(json, { misfits, whose: `recording ${readId(json, untold())}` });
}

/** What cannot be understood is left out: nothing is booked by it. */
function orNone<T>(form: Form<T>): Form<T> {
  return { ...form, understand: (value, reading) => form.understand(value, reading) ?? null };
}

/** A step without a name is a heading; where none has a name, it is at another place. */
function stepsForm(contract: AzumutaContract): Form<readonly RecordedStep[]> {
  const list = listForm(stepReader(contract));
  const statedName = fieldsOf('step', contract.step)('name', wordsForm(contract.language), 'stated');
  return {
    ...list,
    understand(value, reading) {
      const steps = list.understand(value, reading);
      if (Array.isArray(value) && !steps?.some((step) => 'name' in step))
        for (const step of value) statedName(step, reading);
      return steps;
    },
  };
}

function stepReader(contract: AzumutaContract): Reader<RecordedStep> {
  const words = wordsForm(contract.language);
  const field = fieldsOf('step', contract.step);
  const isPersonal = isOneOf(contract.personalStepTypes);
  const name = field('name', words);
  const read = objectOf({
    id: lazily(field('id', nameForm)),
    name: lazily(name),
    value: lazily(field('value', recordedForm(contract.language))),
    unit: lazily(field('unit', words)),
    ok: lazily(mapped(field('result', words), isOneOf(contract.okResults))),
    personal: lazily(mapped(field('type', words), (type) => (isPersonal(type) ? true : undefined))),
  });
  return (json, { misfits, whose }) => {
    const called = name(json, untold()) ?? 'without a name';
    return read(json, { misfits, whose: `${whose}, step "${called}"` });
  };
}
