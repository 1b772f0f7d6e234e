/**
 * What our AL uses of the platform itself, which is in no file of the base application: the methods by the type that has them, and
 * the type of their answer. Source: MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/developer/methods-auto/<type>.
 */
export const platformMethods: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  record: {
    CalcFields: 'boolean',
    CalcSums: 'boolean',
    FieldNo: 'integer',
    FindFirst: 'boolean',
    FindLast: 'boolean',
    FindSet: 'boolean',
    Get: 'boolean',
    Init: 'none',
    Insert: 'boolean',
    IsEmpty: 'boolean',
    LockTable: 'none',
    Modify: 'boolean',
    Next: 'integer',
    ReadIsolation: 'isolationlevel',
    Reset: 'none',
    SetCurrentKey: 'boolean',
    SetFilter: 'none',
    SetRange: 'none',
    Validate: 'none',
    WritePermission: 'boolean',
  },
  codeunit: { Run: 'boolean' },
  enum: { AsInteger: 'integer', Names: 'list', Ordinals: 'list' },
  blob: { CreateInStream: 'none', CreateOutStream: 'none' },
  jsonobject: { Contains: 'boolean', Get: 'boolean', Keys: 'list', ReadFrom: 'boolean' },
  jsonarray: { Count: 'integer' },
  jsontoken: {
    AsArray: 'jsonarray',
    AsObject: 'jsonobject',
    AsValue: 'jsonvalue',
    IsArray: 'boolean',
    IsObject: 'boolean',
  },
  jsonvalue: { AsBoolean: 'boolean', AsDecimal: 'decimal', AsText: 'text' },
  list: { Add: 'none', Contains: 'boolean', Get: 'any', IndexOf: 'integer' },
  text: { Split: 'list' },
  outstream: { WriteText: 'integer' },
  moduleinfo: { AppVersion: 'version' },
  database: { MinimumActiveRowVersion: 'biginteger' },
  navapp: { GetCurrentModuleInfo: 'boolean' },
  page: { Run: 'none' },
};

/** Functions that stand alone. */
export const platformFunctions: readonly string[] = [
  'Clear',
  'CompanyName',
  'CopyStr',
  'DelChr',
  'Error',
  'Format',
  'MaxStrLen',
  'Message',
  'Round',
  'StrLen',
  'StrSubstNo',
  'UpperCase',
  'UserId',
  'exit',
];

/** Option types of the platform, with the values that we use. */
export const platformOptions: Readonly<Record<string, readonly string[]>> = {
  CommitBehavior: ['Ignore'],
  IsolationLevel: ['ReadCommitted', 'UpdLock'],
  TextEncoding: ['UTF8'],
};

/** Fields that each table has: dev-itpro/developer/devenv-table-system-fields.md. */
export const systemFields: readonly string[] = [
  'SystemCreatedAt',
  'SystemId',
  'SystemModifiedAt',
  'SystemRowVersion',
];

/** Methods of a record whose arguments are its fields: the first one, or all of them. */
export const fieldMethods: Readonly<Record<string, 'first' | 'all'>> = {
  CalcFields: 'all',
  CalcSums: 'all',
  FieldNo: 'first',
  SetCurrentKey: 'all',
  SetFilter: 'first',
  SetRange: 'first',
  Validate: 'first',
};

/** Places of a page that an extension can add to. */
export const pageAreas: readonly string[] = ['factboxes', 'navigation'];

/** Words of the language, and its types. */
export const keywords: ReadonlySet<string> = new Set(
  'and begin case div do downto else end exit false for foreach if in mod not of or repeat then to true until var while with xor'.split(
    ' ',
  ),
);
