import * as z from 'zod/mini';
import { stages } from '../../life/life.ts';
import { causes } from '../../model/causes.ts';

/** What a caller learns about an order. The OpenAPI document is made of these. */

const described = (description: string) => z.string().check(z.describe(description));

const orderStatusSchema = z.enum(['queued', 'exists', 'conflict', 'rejected']);
export type OrderStatus = z.output<typeof orderStatusSchema>;

const causeSchema = z.enum(causes).check(z.describe('Cause code of the reason, for grouping.'));

const productOrderStatusSchema = z.object({
  number: described('Number of the product order in Azumuta.'),
  status: orderStatusSchema,
  stage: z.optional(z.enum(stages).check(z.describe('How far it has got, when its status is asked for.'))),
  id: z.optional(described('Id in Azumuta, once it is created.')),
  url: z.optional(described('Page in Azumuta, when Azumuta names one.')),
  reason: z.optional(described('Why it is rejected or in conflict, for a person.')),
  cause: z.optional(causeSchema),
});
export type ProductOrderStatus = Readonly<z.output<typeof productOrderStatusSchema>>;

const mismatchSchema = z.object({
  path: described('Where in the posted body, as a JSON path.'),
  found: described('Type of what was found there; never its value.'),
  expected: described('What would fit.'),
});

export const answeredOrderSchema = z.object({
  number: described('Number of the order in the ERP, as it was posted.'),
  status: orderStatusSchema,
  productOrders: z.readonly(z.array(productOrderStatusSchema)),
  reason: z.optional(described('Why it is rejected, for a person.')),
  cause: z.optional(causeSchema),
  statusUrl: z.optional(described('Where to read its status.')),
  errors: z.optional(z.readonly(z.array(mismatchSchema))),
});
export type AnsweredOrder = Readonly<z.output<typeof answeredOrderSchema>>;

export const ordersAnswerSchema = z.object({
  orders: z.readonly(z.array(answeredOrderSchema)),
  mode: z.optional(
    z
      .literal('shadow')
      .check(
        z.describe(
          'There while nothing is written to Azumuta: the answer says what would have become of the orders.',
        ),
      ),
  ),
});
export type OrdersAnswer = Readonly<z.output<typeof ordersAnswerSchema>>;
export const failureAnswerSchema = z.object({
  error: described('What is wrong with the call, and what to do.'),
});
