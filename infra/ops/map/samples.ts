/** Samples for trying a mapping on: `npm run map -- --sample order`. */
export const samples = {
  /** As an ERP posts it to the order endpoint. */
  order: {
    number: 'MO/0042',
    id: '42',
    article: 'GEAR-01',
    quantity: '5',
    unit: 'u',
    dueDate: '2026-12-18',
    attributes: { customer: 'Müller & Söhne', side: 'Left', atex: true },
  },
  /** A completed product order and its recordings, as Azumuta answers them. */
  completion: {
    productOrder: {
      id: 'SarLiLeyuNWgw3Tai',
      number: 'MO/0042',
      status: 'completed',
      completedAt: '2026-12-17T14:05:00.000Z',
      article: { number: 'GEAR-01' },
      parameters: [
        { key: 'Quantity', value: 5 },
        { key: 'Customer name', value: 'Müller & Söhne' },
      ],
      variants: ['Left', 'ATEX'],
      url: 'https://app.azumuta.com/product-orders/SarLiLeyuNWgw3Tai',
    },
    recordings: [
      {
        id: '5KKoy7m6ms89mvrTg',
        workInstruction: { id: 'Qz4mWdT7uPAbhRzvy', version: 7, name: { en: 'Assemble housing' } },
        startedAt: '2026-12-17T13:00:00.000Z',
        finishedAt: '2026-12-17T13:20:00.000Z',
        durationSeconds: 1200,
        operator: { name: 'An Peeters' },
        steps: [
          { name: { en: 'Torque', nl: 'Aanhaalmoment' }, value: 45.2, unit: 'Nm', result: 'Ok' },
          { name: 'Serial number', value: 'SN-000042' },
        ],
        url: 'https://app.azumuta.com/recordings/5KKoy7m6ms89mvrTg',
      },
      {
        id: 'kcNsDPy7kRZhwvtCb',
        workInstruction: { id: 'vYBkkAobvPTbQJ8Qa', version: 3, name: 'Final inspection' },
        finishedAt: '2026-12-17T14:05:00.000Z',
        durationSeconds: 600,
        steps: [
          { name: { en: 'Good quantity' }, value: 4 },
          { name: { en: 'Scrap quantity' }, value: 1 },
        ],
      },
    ],
  },
} as const;

export const sampleNames = ['order', 'completion'] as const;
