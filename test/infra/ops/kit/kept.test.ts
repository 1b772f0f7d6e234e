import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretIn } from '../../../../infra/local/recorded/account-recording.ts';
import { Keeping, type KeepingOptions } from '../../../../infra/ops/kit/kept.ts';

const key = 'mK4pQ8xW2nR7vT5yB9cD3fG6';
const keepingWith = (changed: Partial<KeepingOptions> = {}) =>
  new Keeping({
    baseUrl: 'https://app.azumuta.com/api/v1',
    secrets: [key],
    people: ['An Peeters'],
    names: new Map([
      ['GEAR-01', 'KIT-ARTICLE'],
      ['Aantal goed', 'Good quantity'],
    ]),
    words: ['completed'],
    pathWords: ['api', 'v1', 'productorders'],
    values: false,
    ...changed,
  });

const answered = {
  id: 'SarLiLeyuNWgw3Tai',
  number: 'KIT-20261202-k7m2',
  status: 'Awaiting double check',
  completedAt: '2026-12-02T10:15:00.000Z',
  article: { number: 'GEAR-01', name: { en: 'Worm gearbox', nl: 'Wormwielkast' } },
  url: 'https://app.azumuta.com/product-orders/SarLiLeyuNWgw3Tai',
  operator: { id: 'Kd8sQwPz5LmTn4R12', name: 'An Peeters' },
  steps: [
    {
      id: '1c2b7a90-12ab-4cde-8f01-223344556677',
      name: 'Aantal goed',
      type: 'number',
      value: 37.5,
      unit: 'Nm',
    },
    { name: 'Remark', type: 'text', value: 'Scratch seen by Mrs Jones' },
    { name: 'Sign', type: 'signature', value: 'Jan Janssens' },
    { name: 'Photo', type: 'photo', value: `data:image/png;base64,${'iVBORw0KGgo'.repeat(40)}` },
  ],
};

describe('what a recording keeps of an answer', () => {
  it('are numbers, times and status words, and the names that the kit has given', () => {
    expect(keepingWith().json(answered)).toMatchObject({
      number: 'KIT-20261202-k7m2',
      status: 'Awaiting double check',
      completedAt: '2026-12-02T10:15:00.000Z',
      article: { number: 'KIT-ARTICLE' },
      steps: [
        { name: 'Good quantity', type: 'number', value: 37.5, unit: 'Nm' },
        { type: 'text' },
        { type: 'signature' },
        { type: 'photo' },
      ],
    });
  });

  it('are other ids of the same length, each always the same, also within addresses', () => {
    // Prepare
    const keeping = keepingWith();

    // Act
    const kept = Object(keeping.json(answered));
    const again = keeping.address('/api/v1/productorders/SarLiLeyuNWgw3Tai?number=GEAR-01');

    // Assess
    expect(kept.id).toMatch(/^id0+\d+$/);
    expect(kept.id).toHaveLength(17);
    expect(kept.url).toMatch(new RegExp(`^https://azumuta.example/[a-z]{7}-[a-z]{6}/${kept.id}$`));
    expect(again).toBe(`/api/v1/productorders/${kept.id}?number=KIT-ARTICLE`);
    expect(kept.steps[0].id).toMatch(/^0{8}-0000-4000-8000-\d{12}$/);
    expect(kept.operator.id).not.toBe(kept.id);
  });

  it('are as many letters of a free text, always the same ones, and other ones of another text', () => {
    const keeping = keepingWith();
    const [first, again, other] = ['Oil level', 'Oil level', 'Air level'].map(
      (text) => Object(keeping.json({ name: text })).name,
    );
    expect(first).toMatch(/^[a-z]{3} [a-z]{5}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each([false, true])(
    'is never a name, a signature, a picture or the key (values are kept: %s)',
    (values) => {
      // Prepare: the account repeats the key, and a name stands where nobody expects it
      const repeated = {
        ...answered,
        echo: `X-API-Key: ${key}`,
        encoded: Buffer.from(key).toString('base64'),
        [key]: 1,
        link: `https://app.azumuta.com/o?key=${key}`,
        remark: 'Done with An today',
      };

      // Act
      const kept = JSON.stringify(keepingWith({ values }).json(repeated));

      // Assess
      for (const marker of [
        key,
        Buffer.from(key).toString('base64'),
        'Peeters',
        'with An',
        'Janssens',
        'iVBOR',
      ])
        expect(kept).not.toContain(marker);
      expect(kept.includes('Scratch seen')).toBe(values);
    },
  );

  it('goes on after an address that is not well formed', () => {
    expect(keepingWith().json({ place: '/orders/0%', count: 4 })).toMatchObject({ count: 4 });
  });

  it('are of an address only the words of the paths that are asked: any other may be a name', () => {
    const json = {
      object: 'list',
      next: '/api/v1/productorders/list/ghent-works?plant=ghent',
      link: '/list',
    };

    const kept = Object(keepingWith().json(json));

    expect(kept.next).toMatch(/^\/api\/v1\/productorders\/[a-z]{4}\/[a-z]{5}-[a-z]{5}\?plant=[a-z]{5}$/);
    expect(JSON.stringify(kept)).not.toContain('ghent');
    expect(kept.object).toBe('list');
  });

  it('is never a name within the address of a person or a picture', () => {
    const person = { name: 'Jan Janssens', url: 'https://app.azumuta.com/people/jan-janssens' };

    const kept = JSON.stringify(keepingWith({ values: true }).json({ operator: person, avatar: person.url }));

    expect(kept).not.toMatch(/janssens/i);
  });

  it('is a text of any kind that could not be a secret', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.stringMatching(/^[A-Za-z0-9]{16,40}$/), (json, token) => {
        for (const values of [false, true])
          expect(
            secretIn(keepingWith({ values }).json({ json, token, name: `is ${token}` })),
          ).toBeUndefined();
      }),
    );
  });
});
