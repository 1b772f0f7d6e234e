import type { CatalogueSource } from './catalogue.ts';

/** A plant that builds gearboxes. */
export const gearboxes: CatalogueSource = {
  articleCategories: [
    { key: 'gearboxes', name: { en: 'Gearboxes', nl: 'Tandwielkasten', fr: 'Réducteurs' } },
    { key: 'couplings', name: 'Couplings' },
  ],
  workInstructions: [
    {
      key: 'assembly',
      name: { en: 'Assemble housing', nl: 'Behuizing monteren' },
      version: 7,
      articleCategory: 'gearboxes',
      steps: [
        {
          name: { en: 'Torque', nl: 'Aanhaalmoment' },
          type: 'number',
          unit: 'Nm',
          minimum: 42,
          maximum: 48,
        },
        { name: { en: 'Housing cleaned', nl: 'Behuizing gereinigd' }, type: 'confirmation' },
        { name: 'Serial number', type: 'choice', records: 'serial' },
      ],
    },
    {
      key: 'inspection',
      name: 'Final inspection',
      version: 3,
      articleCategory: 'gearboxes',
      steps: [
        { name: { en: 'Runs silently', nl: 'Loopt stil' }, type: 'yes-no' },
        { name: { en: 'Good quantity', nl: 'Aantal goed' }, type: 'number', records: 'good-quantity' },
        { name: { en: 'Scrap quantity', nl: 'Aantal uitval' }, type: 'number', records: 'scrap-quantity' },
        { name: { en: 'Signature', nl: 'Handtekening' }, type: 'signature' },
      ],
    },
    {
      key: 'coupling',
      name: { en: 'Balance coupling', de: 'Kupplung wuchten' },
      version: 1,
      articleCategory: 'couplings',
      steps: [
        { name: 'Imbalance', type: 'number', unit: 'g·mm', minimum: 0, maximum: 5 },
        { name: 'Good quantity', type: 'number', records: 'good-quantity' },
        { name: 'Scrap quantity', type: 'number', records: 'scrap-quantity' },
      ],
    },
  ],
  articles: [
    {
      number: 'GEAR-01',
      name: { en: 'Worm gearbox 1:20', nl: 'Wormwielkast 1:20' },
      articleCategory: 'gearboxes',
      variants: ['Left', 'Right', { en: 'ATEX', nl: 'ATEX' }],
      parameters: [
        { key: 'Customer name', valueType: 'Text' },
        { key: 'Quantity', valueType: 'Number' },
        { key: 'Due date', valueType: 'Text' },
      ],
      workInstructions: ['assembly', 'inspection'],
    },
    {
      number: 'GEAR-02',
      name: 'Bevel gearbox 1:3',
      articleCategory: 'gearboxes',
      variants: ['Left', 'Right', 'ATEX'],
      parameters: [
        { key: 'Customer name', valueType: 'Text' },
        { key: 'Quantity', valueType: 'Number' },
        { key: 'Oil type', valueType: 'Text' },
      ],
      workInstructions: ['assembly', 'inspection'],
    },
    {
      number: 'COUP-01',
      name: { en: 'Flexible coupling' },
      articleCategory: 'couplings',
      variants: [],
      parameters: [{ key: 'Quantity', valueType: 'Number' }],
      workInstructions: ['coupling'],
    },
  ],
};
