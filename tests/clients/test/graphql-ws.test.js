// Integrators on the `graphql-ws` client: live threshold events, and none lost over a broken connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { Collected } from '../support/collected.js';
import { CROSSINGS, ask, consume, crossUntilHeard, organizationWithQuota, signIn } from '../support/graph.js';
import { useServer } from '../support/server.js';

const server = await useServer();
const token = await signIn(server);

function client(options = {}) {
  return createClient({
    url: server.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
    ...options,
  });
}

/** The events in `collected`; an error in one of them fails the test. */
function events(collected) {
  return collected.items.map(({ data, errors }) => {
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data.quotaThresholdCrossed;
  });
}

const reached = (level) => (items) =>
  items.some(({ data }) => data?.quotaThresholdCrossed.level === level);

test('queries and subscriptions share a connection', async () => {
  const socket = client();
  const results = [];
  for await (const result of socket.iterate({ query: '{ serverInfo { version } }' })) results.push(result);
  assert.equal(results.length, 1);
  assert.equal(typeof results[0].data.serverInfo.version, 'string');
  await assert.rejects(async () => {
    for await (const _ of socket.iterate({ query: '{ nothing }' }));
  }, ([error]) => error.extensions.code === 'BAD_REQUEST');
  await socket.dispose();
});

test('who is there and who comes later with a cursor hear the same', async () => {
  const organization = await organizationWithQuota(server, token, 'live');
  const socket = client();
  const live = new Collected();
  socket.subscribe({ query: CROSSINGS, variables: { organizationId: organization.id } }, live.sink());
  await crossUntilHeard(server, token, organization, live);
  for (const amount of [85, 10, 5]) await consume(server, token, organization, amount);
  await live.until(reached('EXCEEDED'));
  const heard = events(live);
  assert.deepEqual(heard.slice(-3).map(({ level, direction }) => `${level} ${direction}`), [
    'WARNING UP',
    'ALERT UP',
    'EXCEEDED UP',
  ]);
  heard.forEach(({ sequence, meter }, index) => {
    assert.equal(sequence, heard[0].sequence + index, 'none is lost and none repeated');
    assert.equal(meter.key, organization.meter);
  });

  const replayed = new Collected();
  const variables = { organizationId: organization.id, after: heard[0].cursor };
  socket.subscribe({ query: CROSSINGS, variables }, replayed.sink());
  await replayed.until(reached('EXCEEDED'));
  assert.deepEqual(events(replayed), heard.slice(1));
  await socket.dispose();
});

test('a client that is cut off resumes from its cursor', async () => {
  const organization = await organizationWithQuota(server, token, 'cut');
  const connections = [];
  const socket = client({ retryAttempts: 5, retryWait: async () => {}, shouldRetry: () => true });
  socket.on('connected', (connection) => connections.push(connection));
  const collected = new Collected();
  const variables = { organizationId: organization.id };
  const sink = collected.sink();
  const next = (result) => {
    // What is sent again after a reconnection.
    variables.after = result.data.quotaThresholdCrossed.cursor;
    sink.next(result);
  };
  socket.subscribe({ query: CROSSINGS, variables }, { ...sink, next });
  await crossUntilHeard(server, token, organization, collected);
  connections[0].terminate();
  for (const amount of [85, 10, 5]) await consume(server, token, organization, amount);
  await collected.until(reached('EXCEEDED'));
  assert.equal(connections.length, 2, 'it has connected again');
  const heard = events(collected);
  heard.forEach(({ sequence }, index) => assert.equal(sequence, heard[0].sequence + index));
  await socket.dispose();
});

test('a cursor that is none ends the operation with a clear error', async () => {
  const socket = client();
  const outcome = new Promise((resolve, reject) => {
    const variables = { after: 'no cursor' };
    const sink = { next: reject, error: resolve, complete: () => reject(new Error('it completed')) };
    socket.subscribe({ query: CROSSINGS, variables }, sink);
  });
  const [error] = await outcome;
  assert.ok(['BAD_REQUEST', 'VALIDATION', 'CURSOR_EXPIRED'].includes(error.extensions.code), JSON.stringify(error));
  await ask(server, '{ __typename }');
  await socket.dispose();
});
