import * as z from 'zod/mini';
import { strictObject } from '../../platform/validation.ts';
import { erpOptionsShape } from '../options.ts';

export const optionsSchema = strictObject({
  /** Base URL of the ERP, `https://erp.example.com`. */
  url: z.url(),
  /** Orders read per call. Default 50. */
  pageSize: z.optional(z.int().check(z.positive())),
  ...erpOptionsShape,
});

/** How this plant's ERP is reached and used. */
export type TemplateOptions = Readonly<z.input<typeof optionsSchema>>;

/** How messages name the ERP. */
export const partner = 'Template ERP';
