// graphql-transport-ws frame by frame: what the protocol answers with which close code.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { signIn } from '../support/graph.js';
import { Frames } from '../support/frames.js';
import { start, useServer } from '../support/server.js';

const server = await useServer({ BURSAR_WS_INIT_TIMEOUT_SECONDS: '1' });

const INIT = { type: 'connection_init' };
const LIVE = {
  type: 'subscribe',
  id: '1',
  payload: { query: 'subscription { quotaThresholdCrossed { id } }' },
};

async function closeCode(messages, protocols) {
  const frames = await Frames.open(server, protocols);
  for (const message of messages) frames.say(message);
  return frames.closed();
}

test('4400 for what is no message', async () => {
  for (const message of [
    'not JSON',
    '[]',
    '{}',
    { type: 'start' },
    { ...INIT, payload: 'text' },
    { type: 'subscribe', payload: { query: '{ __typename }' } },
    { type: 'subscribe', id: '1' },
    { type: 'subscribe', id: '1', payload: { query: 7 } },
    { type: 'complete' },
    Buffer.from([1, 2, 3]),
  ]) {
    assert.equal(await closeCode([message]), 4400, String(JSON.stringify(message)));
  }
});

test('4401 for an operation before the acknowledgement', async () => {
  assert.equal(await closeCode([LIVE]), 4401);
});

test('4403 for credentials that do not hold', async () => {
  assert.equal(await closeCode([{ ...INIT, payload: { Authorization: 'Bearer stale' } }]), 4403);
});

test('4406 for another subprotocol, or none', async () => {
  assert.equal(await closeCode([], ['graphql-ws']), 4406);
  assert.equal(await closeCode([], []), 4406);
  const frames = await Frames.open(server, ['graphql-ws', 'graphql-transport-ws']);
  assert.equal(frames.socket.protocol, 'graphql-transport-ws');
  frames.close();
});

test('4408 for silence', async () => {
  assert.equal(await closeCode([]), 4408);
});

test('4409 for an id that is in use', async () => {
  const authorization = `Bearer ${await signIn(server)}`;
  const frames = await Frames.open(server);
  frames.say({ ...INIT, payload: { authorization } }).say(LIVE).say(LIVE);
  assert.equal(await frames.closed(), 4409);
});

test('4429 for a second init', async () => {
  assert.equal(await closeCode([INIT, INIT]), 4429);
});

test('a client that hangs up is answered in kind', async () => {
  const authorization = `Bearer ${await signIn(server)}`;
  const frames = await Frames.open(server);
  frames.say({ ...INIT, payload: { authorization } });
  assert.equal((await frames.hear()).type, 'connection_ack');
  frames.say(LIVE);
  frames.socket.close(1000, 'Normal Closure');
  assert.equal(await frames.closed(), 1000);
});

test('1009 for a message over the limit', async () => {
  assert.equal(await closeCode([INIT, JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(2 << 20) } })]), 1009);
});

test('1001 when the server stops', async () => {
  const stopping = await start();
  const frames = await Frames.open(stopping);
  frames.say(INIT);
  assert.equal((await frames.hear()).type, 'connection_ack');
  const [closed, exit] = await Promise.all([frames.closed(), stopping.stop()]);
  assert.deepEqual([closed, exit], [1001, 0]);
});

test('pings are answered, and errors of an operation leave the connection open', async () => {
  const frames = await Frames.open(server);
  frames.say(INIT);
  assert.equal((await frames.hear()).type, 'connection_ack');
  frames.say({ type: 'ping', payload: { from: 'me' } });
  assert.deepEqual(await frames.hear(), { type: 'pong', payload: { from: 'me' } });
  for (const [query, code] of [
    ['{', 'BAD_REQUEST'],
    ['subscription { nothing }', 'BAD_REQUEST'],
    ['subscription { quotaThresholdCrossed { id } }', 'UNAUTHENTICATED'],
    [`{ ${'a { '.repeat(40)} b ${'}'.repeat(40)} }`, 'TOO_COMPLEX'],
  ]) {
    frames.say({ type: 'subscribe', id: '1', payload: { query } });
    const message = await frames.hear();
    assert.equal(message.type, 'error', JSON.stringify(message));
    assert.equal(message.payload[0].extensions.code, code, JSON.stringify(message));
  }
  frames.say({ type: 'subscribe', id: '1', payload: { query: '{ __typename }' } });
  assert.deepEqual(await frames.hear(), { type: 'next', id: '1', payload: { data: { __typename: 'Query' } } });
  assert.deepEqual(await frames.hear(), { type: 'complete', id: '1' });
  frames.close();
});
