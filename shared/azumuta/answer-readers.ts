import type { AzumutaContract } from './contract.ts';
import {
  fieldsOf,
  listForm,
  type Misfit,
  nameForm,
  type ReadField,
  type ReadResource,
  resourceReader,
  wordsForm,
} from './fields.ts';
import { productOrderReader } from './read-product-order.ts';
import { recordingReader } from './read-recording.ts';
import type { Article, CreatedProductOrder, WorkInstruction } from './resources.ts';

/** What an operation asks for, and how one is told from others in a list: by its number, or its id. */
export interface Resource<T> {
  readonly keyOf: ReadResource<string>;
  readonly read: ReadResource<T>;
}

export type AnswerReaders = ReturnType<typeof createAnswerReaders>;

/** Reads Azumuta's answers by the contract, of which each path is split here, once. */
export function createAnswerReaders(contract: AzumutaContract) {
  const article = fieldsOf('article', contract.article);
  const productOrder = fieldsOf('productOrder', contract.productOrder);
  const recording = fieldsOf('recording', contract.recording);
  const workInstruction = fieldsOf('workInstruction', contract.workInstruction);
  const readProductOrder = resourceReader(productOrderReader(contract));
  const resource = <T>(key: ReadField<string>, read: ReadResource<T>): Resource<T> => ({
    keyOf: resourceReader((json, misfits) => key(json, misfits) ?? ''),
    read,
  });
  return {
    findArticle: resource(article('number', nameForm, 'required'), resourceReader(articleReader(contract))),
    findProductOrder: resource(productOrder('number', nameForm, 'required'), readProductOrder),
    readProductOrder: resource(productOrder('id', nameForm, 'required'), readProductOrder),
    createProductOrder: resourceReader(createdReader(contract)),
    readRecording: resource(recording('id', nameForm, 'required'), resourceReader(recordingReader(contract))),
    readWorkInstruction: resource(
      workInstruction('id', nameForm, 'required'),
      resourceReader(workInstructionReader(contract)),
    ),
  };
}

function createdReader(contract: AzumutaContract) {
  const field = fieldsOf('createdProductOrder', contract.createdProductOrder);
  const id = field('id', nameForm, 'required');
  const number = field('number', nameForm);
  const url = field('url', nameForm);
  return (json: unknown, misfits: Misfit[]): CreatedProductOrder => ({
    id: id(json, misfits) ?? '',
    number: number(json, misfits),
    url: url(json, misfits),
  });
}

function workInstructionReader(contract: AzumutaContract) {
  const field = fieldsOf('workInstruction', contract.workInstruction);
  const id = field('id', nameForm, 'required');
  const name = field('name', wordsForm(contract.language));
  return (json: unknown, misfits: Misfit[]): WorkInstruction => ({
    id: id(json, misfits) ?? '',
    name: name(json, misfits),
  });
}

function articleReader(contract: AzumutaContract) {
  const field = fieldsOf('article', contract.article);
  const id = field('id', nameForm, 'required');
  const number = field('number', nameForm, 'required');
  const ofVariant = fieldsOf('variant', contract.variant);
  const variantId = ofVariant('id', nameForm, 'required');
  const variantName = ofVariant('name', wordsForm(contract.language));
  const variants = field(
    'variants',
    listForm((json, misfits) => {
      const known = variantId(json, misfits) ?? '';
      return { id: known, name: variantName(json, misfits) ?? known };
    }),
  );
  return (json: unknown, misfits: Misfit[]): Article => ({
    id: id(json, misfits) ?? '',
    number: number(json, misfits) ?? '',
    variants: variants(json, misfits) ?? [],
  });
}
