import type { Completion, DetailLine } from '../../../../shared/model/completions.ts';

type Leaves<Value, Path extends string> =
  NonNullable<Value> extends string | number | boolean
    ? Path
    : NonNullable<Value> extends readonly (infer Entry)[]
      ? Leaves<Entry, Path>
      : {
          [Name in keyof NonNullable<Value> & string]-?: Leaves<NonNullable<Value>[Name], `${Path}.${Name}`>;
        }[keyof NonNullable<Value> & string];

/** `operations.setupSeconds`: each field of what an ERP may have no place for, however deep. */
export type DetailLeaf = { [Line in DetailLine]: Leaves<Completion[Line], Line> }[DetailLine];
