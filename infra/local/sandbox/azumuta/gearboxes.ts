import { type Catalogue, defineArticle, defineArticleCategory, defineWorkInstruction } from './catalogue.ts';

const gears = defineArticleCategory({ en: 'Gearboxes', nl: 'Tandwielkasten', fr: 'Réducteurs' });

const assembly = defineWorkInstruction(
  { name: { en: 'Assemble housing', nl: 'Behuizing monteren' }, version: 7, category: gears },
  [
    { name: { en: 'Torque', nl: 'Aanhaalmoment' }, type: 'number', unit: 'Nm', minimum: 42, maximum: 48 },
    { name: { en: 'Housing cleaned', nl: 'Behuizing gereinigd' }, type: 'confirmation' },
    { name: 'Serial number', type: 'choice', records: 'serial' },
  ],
);
const cleaning = defineWorkInstruction({ name: 'Clean housing', version: 1, category: gears }, [
  { name: 'Free of chips', type: 'yes-no' },
]);
const bevelAssembly = defineWorkInstruction(
  {
    name: { en: 'Assemble bevel gear', nl: 'Kegelwiel monteren' },
    version: 2,
    category: gears,
    components: [
      { article: 'HOUSING-02', perPiece: 1, unit: 'u', lot: 'H-2601' },
      { article: 'BEARING-30', perPiece: 1, unit: 'u', lot: 'B-17' },
      { article: 'PINION-02', perPiece: 1, unit: 'u', lot: 'P-4' },
    ],
  },
  [
    { name: { en: 'Torque', nl: 'Aanhaalmoment' }, type: 'number', unit: 'Nm', minimum: 42, maximum: 48 },
    { name: 'Backlash', type: 'number', unit: 'mm', minimum: 0.08, maximum: 0.16 },
    { name: 'Serial number', type: 'choice', records: 'serial' },
  ],
);
const filling = defineWorkInstruction({ name: 'Fill with oil', version: 1, category: gears }, [
  { name: 'Oil level', type: 'number', unit: 'l', minimum: 0.4, maximum: 0.5 },
]);
const inspection = defineWorkInstruction({ name: 'Final inspection', version: 3, category: gears }, [
  { name: { en: 'Runs silently', nl: 'Loopt stil' }, type: 'yes-no' },
  { name: { en: 'Good quantity', nl: 'Aantal goed' }, type: 'number', records: 'good-quantity' },
  { name: { en: 'Scrap quantity', nl: 'Aantal uitval' }, type: 'number', records: 'scrap-quantity' },
  { name: { en: 'Signature', nl: 'Handtekening' }, type: 'signature' },
]);

/** A plant that builds gearboxes. */
export const gearboxes: Catalogue = [
  defineArticle('GEAR-01', {
    name: { en: 'Worm gearbox 1:20', nl: 'Wormwielkast 1:20' },
    category: gears,
    variants: ['Left', 'Right', { en: 'ATEX', nl: 'ATEX' }],
    parameters: { 'Customer name': 'Text', Quantity: 'Number', 'Due date': 'Text' },
    workInstructions: [assembly, inspection],
  }),
  defineArticle('GEAR-02', {
    name: 'Bevel gearbox 1:3',
    category: gears,
    variants: ['Left', 'Right', 'ATEX'],
    parameters: { 'Customer name': 'Text', Quantity: 'Number', 'Oil type': 'Text' },
    workInstructions: [cleaning, bevelAssembly, filling, inspection],
  }),
];
