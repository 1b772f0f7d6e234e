import { azumutaBasePath } from '../../../infra/local/sandbox/api.ts';
import { listAt, valueAt } from '../../../shared/platform/places.ts';
import { creating, type Dialect, listOf, oneOf } from './dialect.ts';

/** On the plant's clock, with a blank and an offset that has no colon. */
const local = (time: string | null) =>
  time && `${new Date(Date.parse(time) + 3_600_000).toISOString().slice(0, 19).replace('T', ' ')}+0100`;

/**
 * Lists are bare, of summaries without a status, with the next page in a `Link` header; names are Dutch, and the key stands
 * after `Bearer`. A create answers with the address of what it made, and nothing else. An order embeds its article with all
 * of its variants, and names its own by id; keys of parameters are language maps. Next to what was recorded stands what
 * was planned.
 */
export const dutch: Dialect = {
  name: 'dutch',
  contract: {
    apiKeyHeader: 'Authorization',
    apiKeyFormat: 'Bearer {key}',
    language: 'nl',
    operations: {
      findArticle: { path: '/artikelen', query: { nummer: '{number}' } },
      findProductOrder: { path: '/productieorders', query: { nummer: '{number}' }, summaries: true },
      readProductOrder: { path: '/productieorders/{id}' },
      createProductOrder: {
        path: '/productieorders',
        body: {
          nummer: '{number}',
          artikel: '{article.number}',
          parameters: '{parameterList}',
          varianten: '{variantNames}',
        },
      },
      readRecording: { path: '/productieorders/{productOrder.id}/registraties/{id}' },
      readWorkInstruction: { path: '/instructies/{id}' },
    },
    list: { entries: '' },
    error: { sentence: 'fout' },
    article: { number: 'nummer', variants: 'varianten' },
    variant: { name: 'naam' },
    productOrder: {
      number: 'ordernummer',
      status: 'toestand',
      completedAt: 'voltooidOp',
      article: 'artikelnummer',
      // Ids, of which the embedded article has the names.
      variants: (order) => {
        const ofArticle = listAt(order, 'artikel.varianten');
        return listAt(order, 'varianten').map((id) => ofArticle.find((one) => valueAt(one, 'id') === id));
      },
      recordings: 'registraties',
      url: 'pagina',
    },
    parameter: { key: 'naam', value: 'waarde' },
    recording: {
      productOrderId: 'order.id',
      productOrderNumber: 'order.nummer',
      workInstructionId: 'instructie.id',
      workInstructionVersion: 'instructie.versie',
      workInstructionName: 'instructie.naam',
      startedAt: 'gestartOp',
      finishedAt: 'beeindigdOp',
      durationSeconds: 'duurSeconden',
      operator: 'medewerker',
      steps: 'stappen',
      components: 'onderdelen',
      url: 'pagina',
    },
    component: { article: 'artikel', quantity: 'aantal', unit: 'eenheid', lot: 'partij' },
    step: { name: 'naam', type: 'soort', value: 'waarde', unit: 'eenheid', result: 'oordeel' },
    workInstruction: { name: 'naam' },
    trigger: { productOrderNumber: ['ordernummer'], recordingIds: ['registraties'] },
    completedStatuses: ['Voltooid'],
    personalStepTypes: ['handtekening'],
    okResults: ['goed'],
  },
  routes: [
    listOf(/^\/artikelen$/, 'articles', 'nummer', 'vanaf'),
    listOf(/^\/productieorders$/, 'productorders', 'nummer', 'vanaf'),
    oneOf(/^\/productieorders\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/productieorders$/,
      asks: ({ body, ask }) => creating(ask, body.nummer, body.artikel, body.parameters, body.varianten),
      shows: (order) => ({
        status: 201,
        body: '',
        headers: { location: `${azumutaBasePath}/productieorders/${Object(order).id}` },
      }),
    },
    oneOf(/^\/productieorders\/[^/]+\/registraties\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/instructies\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants }) => ({
    id,
    nummer: number,
    naam: name,
    varianten: variants.map((variant) => ({ id: variant.id, naam: variant.name })),
  }),
  productOrder: (order) => ({
    id: order.id,
    ordernummer: order.number,
    toestand: order.status === 'completed' ? 'Voltooid' : 'Open',
    synchronisatie: { toestand: 'VOLTOOID' },
    aangemaaktOp: local(order.createdAt),
    voltooidOp: local(order.completedAt),
    artikelnummer: order.article?.number,
    artikel: {
      varianten: [
        { id: 'een-andere', naam: 'Een andere' },
        ...order.variants.map(({ id, name }) => ({ id, naam: name })),
      ],
    },
    parameters: order.parameters.map(({ key, value }) => ({
      naam: { nl: key, en: `${key} (en)` },
      waarde: value,
      standaard: '0,0',
    })),
    varianten: order.variants.map(({ id }) => id),
    registraties: order.recordings.map(({ id }) => id),
    pagina: order.url,
  }),
  recording: (recording) => ({
    id: recording.id,
    order: { id: recording.productOrderId, nummer: recording.productOrderNumber },
    instructie: {
      id: recording.workInstruction.id,
      versie: recording.workInstruction.version,
      naam: recording.workInstruction.name,
    },
    gestartOp: local(recording.startedAt),
    beeindigdOp: local(recording.finishedAt),
    duurSeconden: recording.durationSeconds,
    geplandeMinuten: 10,
    medewerker: recording.operator.name,
    onderdelen: recording.components?.map(({ article, quantity, unit, lot }) => ({
      artikel: article.number,
      aantal: quantity,
      eenheid: unit,
      partij: lot,
    })),
    stappen: recording.steps.map(({ id, name, type, value, unit, result }) => ({
      id,
      naam: name,
      soort: type === 'signature' ? 'handtekening' : type,
      // A figure is written as text, and read so: what was planned is the same in other digits.
      waarde: typeof value === 'number' ? `${value}.0` : value,
      doelwaarde: value,
      eenheid: unit,
      oordeel: result && (result === 'Ok' ? 'goed' : 'fout'),
    })),
    pagina: recording.url,
  }),
  workInstruction: ({ id, name }) => ({ id, naam: name }),
  summary: (order) => ({ id: order.id, ordernummer: order.number }),
  list: (entries) => entries,
  headers: (next, { pathname, search }) =>
    next === null ? {} : { link: `<${pathname}${search || '?'}&vanaf=${next}>; rel="next"` },
  refusal: (status, fout) => ({ status, body: { fout } }),
  trigger: ({ productOrderNumber, recordingIds = [] }) => ({
    ordernummer: productOrderNumber,
    registraties: recordingIds,
  }),
};
