import { type BookContext, BookingFigures } from './figures.ts';
import type { RestOptions } from './options.ts';
import type { Task } from './run.ts';

/** What a booking is run for. Only the function that books has this file in its bundle (infra/build/bundle-functions.ts). */
export function booking<Row>(
  options: RestOptions<Row>,
  partner: string,
  { completion, key, attempt }: Pick<BookContext, 'completion' | 'key'> & Pick<Task<never>, 'attempt'>,
): Task<BookContext> {
  const { number } = completion.erpOrder;
  return {
    procedure: options.book,
    at: 'book',
    what: `the ${completion.kind === 'amendment' ? 'amendment' : 'booking'} of order ${number}`,
    orderNumber: number,
    key,
    attempt,
    begin(answers, lists) {
      const figures = new BookingFigures(completion, lists, options, partner);
      const context = {
        ...answers,
        get completion() {
          return figures.completion;
        },
        built: figures.built,
        get uses() {
          return figures.uses();
        },
        get reports() {
          return figures.reports();
        },
        key,
      };
      return { context, figures };
    },
  };
}
