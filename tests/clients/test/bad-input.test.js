// Bad input of every kind: a clear error in the right form, quickly, and a server that is none the worse for it.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { ask, signIn } from '../support/graph.js';
import { useServer } from '../support/server.js';

const server = await useServer();
const token = await signIn(server);

afterEach(async () => {
  const data = await ask(server, '{ viewer { isSystemAdmin } }', {}, token);
  assert.deepEqual(data, { viewer: { isSystemAdmin: true } }, 'a normal query still works');
});

async function post(body, headers = {}) {
  const response = await fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${token}`,
      ...headers,
    },
    body: typeof body === 'string' || body instanceof ReadableStream ? body : JSON.stringify(body),
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  });
  return { status: response.status, body: await response.json() };
}

/** Expects one error with `code` and `status`, and no data. */
async function refused(body, status, code, headers) {
  const begun = performance.now();
  const answer = await post(body, headers);
  const elapsed = performance.now() - begun;
  assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 500));
  assert.equal(answer.body.errors[0].extensions.code, code, JSON.stringify(answer.body).slice(0, 500));
  assert.ok(!('data' in answer.body));
  return { message: answer.body.errors[0].message, elapsed };
}

test('malformed JSON', async () => {
  for (const body of ['{ "query": "{ __typename }"', 'null', '"text"', '', '{"query":"\u0000"']) {
    await refused(body, 400, 'BAD_REQUEST');
  }
});

test('unknown fields', async () => {
  const { message } = await refused({ query: '{ viewer { shoeSize } }' }, 400, 'BAD_REQUEST');
  assert.match(message, /shoeSize/);
});

test('wrong types', async () => {
  for (const body of [
    { query: 7 },
    { query: ['{ __typename }'] },
    { query: '{ __typename }', variables: [] },
    { query: '{ __typename }', operationName: 7 },
    { query: '{ __typename }', extensions: 'text' },
    { query: '{ organizations(first: "two") { nodes { id } } }' },
    { query: 'query($first: Int) { organizations(first: $first) { nodes { id } } }', variables: { first: 'two' } },
    { query: 'query($id: ID!) { node(id: $id) { id } }' },
    { query: 'mutation { signIn(input: { email: "a@b.test" }) { session { accessToken } } }' },
  ]) {
    await refused(body, 400, 'BAD_REQUEST');
  }
});

test('wrong content types', async () => {
  const body = JSON.stringify({ query: 'mutation { __typename }' });
  for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
    await refused(body, 415, 'BAD_REQUEST', { 'content-type': type });
  }
});

test('a body of 2 MB, with and without a length', async () => {
  const body = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(2 << 20)}` });
  await refused(body, 413, 'BAD_REQUEST');
  const pieces = body.match(/.{1,65536}/gs).map((piece) => new TextEncoder().encode(piece));
  await refused(ReadableStream.from(pieces), 413, 'BAD_REQUEST');
});

test('a query 40 deep', async () => {
  const query = `{ viewer ${'{ organizations { nodes '.repeat(19)}{ id }${'} }'.repeat(19)} }`;
  const { message } = await refused({ query }, 400, 'TOO_COMPLEX');
  assert.match(message, /40 levels deep.*at most 15/);
});

test('500 aliases', async () => {
  const query = `{ ${Array.from({ length: 500 }, (_, n) => `a${n}: __typename`).join(' ')} }`;
  const { message } = await refused({ query }, 400, 'TOO_COMPLEX');
  assert.match(message, /500 aliases/);
});

test('a fragment bomb of 2^22', async () => {
  const fragments = Array.from({ length: 22 }, (_, n) => `fragment F${n + 1} on Query { ...F${n} ...F${n} }`);
  const query = `{ ...F22 } fragment F0 on Query { __typename } ${fragments.join(' ')}`;
  const { elapsed } = await refused({ query }, 400, 'TOO_COMPLEX');
  assert.ok(elapsed < 1_000, `it took ${elapsed} ms`);
});

test('pages inside pages', async () => {
  const page = (inner) => `(first: 100) { nodes { ${inner} } }`;
  const query = `{ organizations${page(`members${page(`organization { members${page('id')} }`)}`)} }`;
  const { message } = await refused({ query }, 400, 'TOO_COMPLEX');
  assert.match(message, /points/);
});

test('half a million brackets and names', async () => {
  for (const [query, code] of [
    [`{ a(b: ${'['.repeat(500_000)}`, 'TOO_COMPLEX'],
    [`{ ${'a '.repeat(500_000)} }`, 'TOO_COMPLEX'],
    [`{ a(b: [""" x" \n ${'['.repeat(500_000)}`, 'BAD_REQUEST'],
  ]) {
    const { elapsed } = await refused({ query }, 400, code);
    assert.ok(elapsed < 1_000, `it took ${elapsed} ms`);
  }
});

test('a batch of 50', async () => {
  const batch = Array.from({ length: 50 }, () => ({ query: '{ __typename }' }));
  const { message } = await refused(batch, 400, 'BAD_REQUEST');
  assert.match(message, /50 operations.*at most 10/);
  const { status, body } = await post(batch.slice(0, 10));
  assert.deepEqual([status, body.length], [200, 10]);
});

test('a bad cursor', async () => {
  const { status, body } = await post({ query: '{ organizations(first: 1, after: "no cursor") { nodes { id } } }' });
  assert.equal(status, 200);
  assert.ok(['BAD_REQUEST', 'VALIDATION'].includes(body.errors[0].extensions.code), JSON.stringify(body));
});
