import { listAt, valueAt } from '../../../shared/platform/places.ts';
import { type Asking, creating, type Dialect, oneOf } from './dialect.ts';

/** The value in `Code eq 'value'`. */
const filtered = ({ query }: Pick<Asking, 'query'>): string | undefined =>
  /^\w+ eq '(.*)'$/.exec(query.get('$filter') ?? '')?.[1];

/** ISO with the offset of the plant. */
const local = (time: string | null): string | null =>
  time && new Date(Date.parse(time) + 3_600_000).toISOString().replace('Z', '+01:00');

/**
 * Everything is a table with a filter; a single thing is a list of one, and the next page is a link. Times are ISO with
 * an offset, parameters are a list with the value in one of two columns, and recordings are below their product order.
 */
export const tabular: Dialect = {
  name: 'tabular',
  contract: {
    apiKeyHeader: 'Subscription-Key',
    operations: {
      findArticle: { path: '/Items', query: { $filter: "ItemCode eq '{number}'" } },
      findProductOrder: { path: '/WorkOrders', query: { $filter: "OrderCode eq '{number}'" } },
      readProductOrder: { path: '/WorkOrders', query: { $filter: "Guid eq '{id}'" }, answer: 'value' },
      createProductOrder: {
        path: '/WorkOrders',
        body: {
          WorkOrder: {
            OrderCode: '{number}',
            ItemCode: '{article.number}',
            Attributes: '{parameterList}',
            Planned: { Quantity: '{parameters.Quantity}', Remark: 'order {number}' },
            Variants: '{variantNames}',
          },
        },
        answer: 'WorkOrder',
      },
      readRecording: { path: '/WorkOrders/{productOrder.id}/Registrations', answer: 'value' },
      readWorkInstruction: { path: '/Documents/{id}', none: [204] },
    },
    list: { entries: 'value', next: '@odata.nextLink' },
    error: { at: 'Fault', sentence: 'Fault.Text' },
    article: { id: 'Guid', number: 'ItemCode', variants: 'Variants' },
    variant: { id: 'Guid', name: 'Description' },
    productOrder: {
      id: 'Guid',
      number: 'OrderCode',
      status: 'Status',
      completedAt: ['CompletedOn', 'ClosedOn'],
      article: 'ItemCode',
      parameters: 'Attributes',
      variants: 'VariantNames',
      recordings: 'RegistrationGuids',
      url: 'Page',
    },
    createdProductOrder: { id: 'Guid', number: 'OrderCode' },
    parameter: { key: 'Name', value: ['Text', 'Number'] },
    recording: {
      id: 'Guid',
      productOrderId: 'WorkOrderGuid',
      productOrderNumber: 'OrderCode',
      workInstructionId: 'DocumentGuid',
      workInstructionVersion: 'DocumentVersion',
      workInstructionName: 'DocumentName',
      startedAt: 'Started',
      finishedAt: 'Ended',
      durationSeconds: (recording) => Number(valueAt(recording, 'Minutes')) * 60,
      operator: 'Operator',
      steps: (recording) => listAt(recording, 'Sections').flatMap((section) => listAt(section, 'Lines')),
      components: 'Materials',
      url: 'Page',
    },
    component: { article: 'ItemCode', quantity: 'Used', unit: 'Uom', lot: 'Batch' },
    step: { id: 'LineGuid', name: 'Label', type: 'Kind', value: 'Result', unit: 'Uom', result: 'Passed' },
    workInstruction: { id: 'Guid', name: 'Title' },
    trigger: {
      productOrderNumber: ['Data.WorkOrder.OrderCode'],
      recordingIds: ['Data.Registrations'],
    },
    completedStatuses: ['Gereed'],
    personalStepTypes: ['Handtekening'],
  },
  routes: [
    {
      method: 'GET',
      path: /^\/Items$/,
      asks: (asking) => ({
        path: '/articles',
        query: { number: filtered(asking), cursor: asking.query.get('$skiptoken') },
      }),
    },
    {
      method: 'GET',
      path: /^\/WorkOrders$/,
      asks({ query, ask }) {
        const value = filtered({ query });
        if (!query.get('$filter')?.startsWith('Guid'))
          return { path: '/productorders', query: { number: value, cursor: query.get('$skiptoken') } };
        const { status, body } = ask({ path: `/productorders/${encodeURIComponent(value ?? '')}` });
        if (status !== 200)
          return { answer: { status: status === 404 ? 200 : (status ?? 500), body: { value: [] } } };
        return { answer: { body: { value: [tabular.productOrder(Object(body))] } } };
      },
    },
    {
      method: 'POST',
      path: /^\/WorkOrders$/,
      asks: ({ body: { WorkOrder: order }, ask }) =>
        creating(ask, order.OrderCode, order.ItemCode, order.Attributes, order.Variants),
    },
    {
      method: 'GET',
      path: /^\/WorkOrders\/(?<id>[^/]+)\/Registrations$/,
      asks({ named: { id = '' }, ask }) {
        const { status, body } = ask({ path: `/productorders/${encodeURIComponent(id)}` });
        if (status !== 200) return { path: `/productorders/${encodeURIComponent(id)}` };
        const recordings = listAt(body, 'recordings').map((one) =>
          tabular.recording(Object(ask({ path: `/recordings/${Object(one).id}` }).body), 0),
        );
        return { answer: { body: { value: recordings } } };
      },
    },
    oneOf(/^\/Documents\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants }) => ({
    Guid: id,
    id: 0,
    ItemCode: number,
    Title: name,
    Variants: variants.map((variant) => ({ Guid: variant.id, Description: variant.name })),
  }),
  productOrder: (order) => ({
    Guid: order.id,
    BatchGuid: 'b-1',
    ErpGuid: 'e-1',
    OrderCode: order.number,
    BatchCode: 'BATCH-1',
    Status: order.status === 'completed' ? 'Gereed' : 'Bezig',
    BatchStatus: 'Gereed',
    PlannedOn: local('2026-01-01T00:00:00Z'),
    CreatedOn: local(order.createdAt),
    CompletedOn: null,
    ClosedOn: local(order.completedAt),
    ItemCode: order.article?.number,
    Attributes: order.parameters.map(({ key, value }) => ({
      Name: key,
      Text: typeof value === 'number' ? null : String(value),
      Number: typeof value === 'number' ? value : null,
    })),
    VariantNames: order.variants.map(({ name }) => name),
    RegistrationGuids: order.recordings.map(({ id }) => id),
    Page: order.url,
  }),
  recording: (recording) => ({
    Guid: recording.id,
    WorkOrderGuid: recording.productOrderId,
    OrderCode: recording.productOrderNumber,
    DocumentGuid: recording.workInstruction.id,
    DocumentVersion: recording.workInstruction.version,
    DocumentName: recording.workInstruction.name,
    Started: local(recording.startedAt),
    Ended: local(recording.finishedAt),
    Minutes: recording.durationSeconds / 60,
    Operator: recording.operator.name,
    Materials: (recording.components ?? []).map(({ article, quantity, unit, lot }) => ({
      ItemCode: article.number,
      Planned: 99,
      Used: quantity,
      Uom: unit,
      Batch: lot,
    })),
    Sections: recording.steps.map(({ id, name, type, value, unit, result }) => ({
      Title: 'Section',
      Lines: [
        {
          LineGuid: id,
          Label: name,
          Kind: type === 'signature' ? 'Handtekening' : type,
          Result: value,
          Target: 99,
          Uom: unit,
          Passed: result && result === 'Ok',
        },
      ],
    })),
    Page: recording.url,
  }),
  workInstruction: ({ id, name }) => ({ Guid: id, Title: name }),
  list: (value, next, { origin, pathname, search }) => ({
    value,
    '@odata.nextLink': next && `${origin}${pathname}${search || '?'}&$skiptoken=${next}`,
  }),
  resource: (resource) => ({ WorkOrder: resource, ...Object(resource) }),
  refusal: (status, text) =>
    status === 404 ? { status: 204, body: '' } : { status, body: { Fault: { Text: text, Code: 17 } } },
  trigger: ({ productOrderNumber, workInstructionIds = [], recordingIds = [] }) => ({
    Event: 'WorkOrderClosed',
    Number: 17,
    Data: {
      WorkOrder: { Guid: 'g', OrderCode: productOrderNumber },
      Documents: workInstructionIds.join(','),
      Registrations: recordingIds.join(', '),
    },
  }),
};
