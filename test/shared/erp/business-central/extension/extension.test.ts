import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type AlToken, isToken, readTokens } from './al-tokens.ts';
import {
  type AlObject,
  apiPages,
  errorCodes,
  extensionFolder,
  fieldsOf,
  isApiPage,
  propertyOf,
  readExtension,
  readFiles,
  textOf,
} from './read-extension.ts';
import { collectReferences } from './references.ts';
import { listNames, readResolvedNames } from './resolved-names.ts';

const files = readFiles();
const objects = readExtension(files);
const pages = objects.filter(isApiPage);
const manifest = z
  .object({
    application: z.string(),
    description: z.string(),
    idRanges: z.array(z.object({ from: z.number(), to: z.number() })),
  })
  .parse(JSON.parse(readFileSync(`${extensionFolder}/app.json`, 'utf8')));

describe('the files of the extension', () => {
  it('say first that they were not compiled here, for which version their names were resolved, and what a partner does', () => {
    const { commit, repository, version } = readResolvedNames();
    const firstLines = new Set([...files.values()].map((source) => source.split('\n')[0]));

    expect([...firstLines]).toEqual([
      `// Not compiled here. Names were resolved against Business Central ${version.slice(0, 4)} (${repository} ${commit.slice(0, 8)}); a partner compiles this, then does the checks of README.md in a sandbox.`,
    ]);
    expect(manifest.application).toBe(version);
    expect(manifest.description).toContain(`(${repository} ${commit.slice(0, 8)})`);
    expect(readFileSync(`${extensionFolder}/README.md`, 'utf8').split('\n')[0]).toContain(
      `${repository} ${commit.slice(0, 8)}`,
    );
  });

  it('have 12 checks for a partner, each with what is expected, of which those on one transaction come first', () => {
    const page = readFileSync(`${extensionFolder}/README.md`, 'utf8');
    const checks = Array.from(
      page.matchAll(/^\| (\d+) \| (.+?) \| (.+) \|$/gm),
      ([, n, check = '', expected = '']) => ({
        n: Number(n),
        begins: /^\*\*(.+?)\*\*/.exec(check)?.[1],
        expected,
      }),
    );

    expect(checks.map(({ n }) => n)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    expect(checks.slice(0, 3).map(({ begins }) => begins)).toEqual([
      'Nothing commits inside the insert.',
      'A POST that is cut while it posts.',
      'One key from two sessions.',
    ]);
    for (const { expected } of checks) expect(expected).toMatch(/\d|`AZ-/);
  });

  it.each(objects.map((object) => [object.file, object] as const))(
    '%s has one object, and its name',
    (file, object) => {
      const suffixes: Record<string, string> = {
        codeunit: 'Codeunit',
        page: 'Page',
        pageextension: 'PageExt',
        permissionset: 'PermissionSet',
        table: 'Table',
      };
      const name = object.name.replaceAll(/[ .]/g, '');

      expect(file.toLowerCase()).toBe(`${name}.${suffixes[object.kind]}.al`.toLowerCase());
      expect(object.name.length).toBeLessThanOrEqual(object.kind === 'permissionset' ? 20 : 30);
      expect(readTokens(files.get(file) ?? '').filter((token) => isToken(token, 'namespace'))).toHaveLength(
        1,
      );
    },
  );

  it('number their objects within the range of the manifest, none twice', () => {
    const [range] = manifest.idRanges;
    const numbers = objects.map(({ kind, id }) => `${kind} ${id}`);

    expect(new Set(numbers).size).toBe(numbers.length);
    expect(objects.filter(({ id }) => id < (range?.from ?? 0) || id > (range?.to ?? 0))).toEqual([]);
  });

  it('use the namespaces of what they name, and no others', () => {
    const { named } = collectReferences(objects);
    const known = readResolvedNames().objects;

    for (const { file, usings } of objects) {
      const needed = [...(named.get(file) ?? [])].flatMap((name) => known[name] ?? []);
      expect([...usings], file).toEqual([...new Set(needed)].toSorted());
    }
  });
});

describe('captions', () => {
  it.each(objects.map((object) => [object.name, object] as const))('%s has them', (_, object) => {
    const isExtension = object.kind === 'pageextension' || object.kind === 'codeunit';
    const withoutCaption = fieldsOf(object).filter(({ source, properties }) => {
      const hasOwn = properties.some((token) => isToken(token, 'Caption'));
      // A control of a page for people has the caption of its field.
      const isShownField = object.kind === 'page' && !isApiPage(object) && isToken(source[0], 'Rec');
      return !hasOwn && !isShownField;
    });

    expect(isExtension || textOf(object, 'Caption') !== '').toBe(true);
    expect(withoutCaption.map(({ name }) => name)).toEqual(isShown(withoutCaption));
  });

  // Fields that each table has show a caption of the platform.
  function isShown(fields: readonly { name: string }[]) {
    return fields.map(({ name }) => name).filter((name) => name.startsWith('System'));
  }
});

describe('the API pages', () => {
  it.each(pages.map((page) => [textOf(page, 'EntitySetName'), page] as const))(
    '%s shows only what is committed',
    (_, page) => {
      const opening = page.procedures.find(({ name }) => name === 'OnOpenPage');

      expect(toText(opening?.body ?? [])).toContain(
        'Rec . ReadIsolation := IsolationLevel :: ReadCommitted ;',
      );
    },
  );

  it.each(pages.map((page) => [textOf(page, 'EntitySetName'), page] as const))(
    '%s is at our address, with its key, and deletes nothing',
    (set, page) => {
      const address = ['APIPublisher', 'APIGroup', 'APIVersion'].map((name) => textOf(page, name));
      const shown = fieldsOf(page).map(({ source }) => toText(source));
      const keys = propertyOf(page, 'ODataKeyFields').filter((token) => !isToken(token, ','));

      expect(address).toEqual(['azumuta', 'production', 'v1.0']);
      expect(set).toMatch(/^[a-z][A-Za-z]+s$/);
      expect(textOf(page, 'DeleteAllowed')).toBe('false');
      expect(keys.length).toBeGreaterThan(0);
      for (const { value } of keys) expect(shown).toContain(`Rec . ${value}`);
    },
  );

  it('are those that write: bookings, their notes and links, once each', () => {
    const writing = apiPages().filter(({ insert, modify }) => insert || modify);

    expect(writing.map(({ entitySet, insert, modify }) => ({ entitySet, insert, modify }))).toEqual([
      { entitySet: 'bookingNotes', insert: true, modify: false },
      { entitySet: 'bookings', insert: true, modify: false },
      { entitySet: 'links', insert: true, modify: false },
    ]);
    expect(apiPages().map(({ entitySet }) => entitySet)).toHaveLength(
      new Set(apiPages().map(({ entitySet }) => entitySet)).size,
    );
  });

  it('let nobody send what only the posting knows', () => {
    const bookings = apiPages().find(({ entitySet }) => entitySet === 'bookings');

    expect(bookings?.fields.filter(({ writable }) => !writable).map(({ name }) => name)).toEqual([
      'postedGood',
      'postedScrap',
      'firstEntryNo',
      'lastEntryNo',
      'capacityEntries',
    ]);
  });

  it('leave the insert of a booking to the posting, and ask for the safe row version before the first row', () => {
    expect(bodyOf('Azumuta Bookings API', 'OnInsertRecord')).toBe(
      'AzumutaPost . Post ( Rec , DetailsText , NoteText ) ; exit ( false ) ;',
    );
    expect(bodyOf('Azumuta Order Lines API', 'OnOpenPage')).toContain(
      'SafeRowVersion := Database . MinimumActiveRowVersion ( ) ;',
    );
  });
});

describe('the posting', () => {
  it('is one transaction: no commit of ours, those of others ignored, codeunit 23 asked for none, no answer of Run used', () => {
    const all = [...files.values()].map((source) => toText(readTokens(source))).join('\n');

    expect(all).not.toMatch(/(?<!:: )\bCommit \(/i);
    expect(all).not.toMatch(/(if|not|:=) \w+ \. Run \(|Codeunit \. Run/i);
    expect(all).toContain('[ CommitBehavior ( CommitBehavior :: Ignore ) ] procedure Post (');
    expect(bodyOf('Azumuta Post', 'PostLines')).toContain(
      'ItemJnlPostBatch . SetSuppressCommit ( true ) ; ItemJnlPostBatch . Run ( ItemJournalLine ) ;',
    );
  });

  it('begins with the insert, whose answer it uses, then locks and checks, posts, and finishes last', () => {
    const steps = bodyOf('Azumuta Post', 'Post').match(/\w+(?= \()/g);

    expect(steps).toEqual([
      'InsertBooking',
      'Read',
      'LockOrder',
      'CheckLine',
      'CheckLocation',
      'CheckOperations',
      'PrepareBatch',
      'WriteOutput',
      'WriteConsumption',
      'PostLines',
      'RecordPosted',
      'FinishOrder',
    ]);
    expect(bodyOf('Azumuta Post', 'InsertBooking')).toContain(
      'if not Booking . Insert ( ) then Error ( SameKeyErr',
    );
  });

  it('uses a batch of type Output, whose lines can have lots, and no number series', () => {
    const body = bodyOf('Azumuta Post', 'PrepareBatch');

    expect(body).toContain(
      'ItemJournalTemplate . SetRange ( Type , ItemJournalTemplate . Type :: Output ) ;',
    );
    expect(body).toContain('ItemJournalBatch . Validate ( Item Tracking on Lines , true ) ;');
    expect(body).toContain('if IsChanged then Error ( BatchChangedErr');
  });

  it('refuses a last operation that flushes, before it writes a line', () => {
    expect(bodyOf('Azumuta Post', 'CheckOperations')).toContain(
      'if ProdOrderRoutingLine . Flushing Method <> ProdOrderRoutingLine . Flushing Method :: Manual then Error ( LastFlushesErr',
    );
  });

  it('writes the operations before the last one first, and finishes an order only when asked', () => {
    expect(bodyOf('Azumuta Post', 'WriteOutput')).toMatch(
      /WriteEarlierOperation .* WriteLastOperation \( LastOperation \) ;$/,
    );
    expect(bodyOf('Azumuta Post', 'Post')).toContain('if Booking . Finish Order then FinishOrder ( ) ;');
  });
});

describe('the sentences', () => {
  it('begin with one of the codes that the connector knows', () => {
    expect(errorCodes()).toEqual([
      'AZ-CONFLICT',
      'AZ-FIGURES',
      'AZ-SAME-KEY',
      'AZ-SETUP',
      'AZ-STATE',
      'AZ-UNKNOWN',
    ]);
  });

  it.each(objects.map((object) => [object.name, object] as const))(
    '%s has no error without a code, in any language',
    (_, object) => {
      const labels = labelsOf(object);
      const raised = object.procedures.flatMap(({ body }) =>
        body.flatMap((token, at) =>
          isToken(token, 'Error') && isToken(body[at + 1], '(') ? [body[at + 2]?.value ?? ''] : [],
        ),
      );

      for (const name of raised) expect(labels.get(name)).toMatch(/^AZ-[A-Z-]+: .+\. Locked$/);
      expect([...labels.keys()].filter((name) => name.endsWith('Err')).toSorted()).toEqual(
        [...new Set(raised)].toSorted(),
      );
    },
  );
});

describe('the permission set', () => {
  const tokens = propertyOf(find('AZUMUTA'), 'Permissions');

  it('has all that is named: tables of ours and of the base application, pages and codeunits of ours', () => {
    const given = (kind: string) =>
      tokens.flatMap((token, at) => (isToken(token, kind) ? [tokens[at + 1]?.value ?? ''] : []));
    const ours = (kind: string) => objects.filter((object) => object.kind === kind).map(({ name }) => name);
    const others = listNames(collectReferences(objects)).objects.flatMap(
      (name) => /^table (.+)/.exec(name)?.[1] ?? [],
    );

    expect(given('tabledata').toSorted()).toEqual([...ours('table'), ...others].toSorted());
    expect(given('table').toSorted()).toEqual(ours('table').toSorted());
    expect(given('page').toSorted()).toEqual(ours('page').toSorted());
    expect(given('codeunit').toSorted()).toEqual(ours('codeunit').toSorted());
  });

  it('deletes no booking', () => {
    const at = tokens.findIndex(
      (token, index) => isToken(token, 'tabledata') && tokens[index + 1]?.value === 'Azumuta Booking',
    );

    expect(tokens[at + 3]?.value).toBe('RIM');
  });
});

function find(name: string): AlObject {
  const object = objects.find((candidate) => candidate.name === name);
  if (!object) throw new Error(`The extension has no object ${name}`);
  return object;
}

function bodyOf(object: string, procedure: string): string {
  return toText(find(object).procedures.find(({ name }) => name === procedure)?.body ?? []);
}

function toText(tokens: readonly AlToken[]): string {
  return tokens.map(({ value }) => value).join(' ');
}

/** The labels of an object, with *Locked* behind the text of one that is in no translation. */
function labelsOf({ outside }: AlObject): Map<string, string> {
  return new Map(
    outside.flatMap((token, at): [string, string][] => {
      if (!isToken(token, 'Label')) return [];
      const end = outside.findIndex((other, index) => index > at && isToken(other, ';'));
      const isLocked = toText(outside.slice(at, end)).includes('Locked = true');
      return [[outside[at - 2]?.value ?? '', `${outside[at + 1]?.value}${isLocked ? ' Locked' : ''}`]];
    }),
  );
}
