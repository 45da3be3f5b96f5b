// The `graphql-sse` client in distinct connections mode.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-sse';

import { Collected } from '../support/collected.js';
import { CROSSINGS, consume, crossUntilHeard, organizationWithQuota, signIn } from '../support/graph.js';
import { useServer } from '../support/server.js';

const server = await useServer();
const token = await signIn(server);

function client() {
  return createClient({ url: server.endpoint, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
}

test('a query has one result', async () => {
  const results = [];
  for await (const result of client().iterate({ query: '{ __typename }' })) results.push(result);
  assert.deepEqual(results, [{ data: { __typename: 'Query' } }]);
});

test('crossings arrive as events and can be replayed', async () => {
  const organization = await organizationWithQuota(server, token, 'sse');
  const stream = client();
  const live = new Collected();
  const variables = { organizationId: organization.id };
  stream.subscribe({ query: CROSSINGS, variables }, live.sink());
  await crossUntilHeard(server, token, organization, live);
  await consume(server, token, organization, 100);
  const exceeded = (items) => items.some(({ data }) => data?.quotaThresholdCrossed.level === 'EXCEEDED');
  await live.until(exceeded);
  const replay = new Collected();
  const after = live.items[0].data.quotaThresholdCrossed.cursor;
  stream.subscribe({ query: CROSSINGS, variables: { ...variables, after } }, replay.sink());
  await replay.until(exceeded);
  assert.deepEqual(replay.items, live.items.slice(1));
  stream.dispose();
});

test('what is wrong before the stream is a plain answer', async () => {
  for (const [query, authorization, status] of [
    ['subscription { nothing }', `Bearer ${token}`, 400],
    ['subscription {', `Bearer ${token}`, 400],
    ['{ __typename }', 'Bearer stale', 401],
  ]) {
    const response = await fetch(server.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization },
      body: JSON.stringify({ query }),
    });
    assert.equal(response.status, status, query);
    assert.equal(typeof (await response.json()).errors[0].extensions.code, 'string');
  }
});

test('event sources reach queries and subscriptions by GET, but no mutation', async () => {
  const get = (query) =>
    fetch(`${server.endpoint}?query=${encodeURIComponent(query)}`, { headers: { accept: 'text/event-stream' } });
  const events = await (await get('{ __typename }')).text();
  assert.match(events, /^event: next\ndata: \{"data":\{"__typename":"Query"\}\}\n\nevent: complete\ndata: /);
  const refused = await get('mutation { __typename }');
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'POST']);
  await refused.body.cancel();
});

test('single connection mode is refused with a reason', async () => {
  const response = await fetch(server.endpoint, {
    headers: { accept: 'text/event-stream', 'x-graphql-event-stream-token': 'token' },
  });
  assert.equal(response.status, 400);
  assert.match((await response.json()).errors[0].message, /distinct connections/);
});
