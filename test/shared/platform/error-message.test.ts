import { expect, it } from 'vitest';
import { isPage, sentenceOf } from '../../../shared/platform/error-message.ts';

const answered = (json: unknown) => ({
  status: 422,
  headers: new Headers(),
  json,
  text: JSON.stringify(json),
});

it.each([
  [
    'where errors usually stand',
    { error: { message: 'No such article.' }, hint: 'Look at the list of articles first' },
  ],
  [
    'where AFAS has it',
    { errorNumber: 7, externalMessage: 'No such article.', profitLogReference: 'a b c d e f' },
  ],
  [
    'where Epicor has it',
    { HttpStatus: 400, ErrorMessage: 'No such article.', ErrorDetails: 'one two three four' },
  ],
  ['wherever else it stands, as it has spaces', { problem: { code: 'ART-404', detail: 'No such article.' } }],
])('finds the sentence of a refusal in %s', (_, json) => {
  expect(sentenceOf(answered(json), [])).toBe('No such article');
});

it('does not take a code for a sentence, and limits the depth of its search', () => {
  const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 'No such article.');
  expect(sentenceOf(answered({ problem: { code: 'ART-404', status: 422 } }), [])).toBeUndefined();
  expect(sentenceOf({ ...answered({}), json: { problem: deep } }, [])).toBeUndefined();
});

it.each([
  [
    'of OData V2',
    '<?xml version="1.0"?><error xmlns="urn:m"><code>X</code><message xml:lang="en">No such article.</message></error>',
  ],
  ['of SOAP', '<s:Fault><faultcode>c</faultcode><faultstring>No such article.</faultstring></s:Fault>'],
  ['in CDATA', '<problem><detail><![CDATA[No such article.]]></detail></problem>'],
  ['under another name', '<Fault code="a b c"><Key>one two</Key><Wat>No such article.</Wat></Fault>'],
])('finds the sentence of a refusal in XML %s', (_, text) => {
  expect(sentenceOf({ ...answered(undefined), text }, [])).toBe('No such article');
});

it('writes the characters of XML as they are meant, and never a secret', () => {
  const text = '<error><message>Key &lt;s3cret&gt; is &quot;old&quot;</message></error>';
  expect(sentenceOf({ ...answered(undefined), text }, ['s3cret'])).not.toContain('s3cret');
  expect(sentenceOf({ ...answered(undefined), text }, [])).toBe('Key <s3cret> is "old"');
});

it.each([
  ['<!doctype html><html><p>We will be back soon.</p></html>', true],
  ['<?xml version="1.0"?><!DOCTYPE html><html><p>We will be back.</p></html>', true],
  ['<html><body>We will be back.</body></html>', true],
  ['We will be back.', true],
  ['<h1>Not Found</h1>', true],
  ['<error><message>There is none.</message></error>', false],
  ['', false],
])('takes a page for a page, which says nothing of the partner: %s', (text, is) => {
  const answer = { ...answered(undefined), text };
  expect(isPage(answer)).toBe(is);
  if (text.includes('html')) expect(sentenceOf(answer, [])).toBeUndefined();
});
