/** urql over the platform: answers, refusals, streams, teardown. */
import { Client, gql } from '@urql/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createConnection } from '@/platform/connection';
import { operationNameOf, platformExchange } from '@/platform/exchange';
import { failureOf } from '@/platform/failure';
import { createMemoryPlatform } from '@/platform/memory';
import { type GraphRequest, type Platform, PlatformError, type StreamMessage } from '@/platform/types';

const NAME = gql`query ServerName { serverInfo { version } }`;
const FEED = gql`subscription Feed($after: String) { quotaThresholdCrossed(after: $after) { id } }`;

const stops: Array<() => void> = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function set(overrides: Partial<Platform>) {
  const platform: Platform = { ...createMemoryPlatform(), ...overrides };
  const connection = createConnection(platform, 5);
  stops.push(() => connection.stop());
  const client = new Client({
    url: 'shell:graphql',
    preferGetMethod: false,
    exchanges: [platformExchange(platform, connection)],
  });
  return { client, connection };
}

describe('queries', () => {
  it('go out as text with their name and variables', async () => {
    const asked: GraphRequest[] = [];
    const { client } = set({
      graphql: async (request) => {
        asked.push(request);
        return { data: { serverInfo: { version: '1' } } };
      },
    });
    const result = await client.query(NAME, {}).toPromise();
    expect(result.data).toEqual({ serverInfo: { version: '1' } });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ operationName: 'ServerName', variables: {} });
    expect(asked[0]?.query).toContain('serverInfo');
  });

  it("keep the server's error code and request id", async () => {
    const errors = [{ message: 'No.', extensions: { code: 'INTERNAL', requestId: 'r-1' } }];
    const { client } = set({ graphql: async () => ({ errors }) });
    const { error } = await client.query(NAME, {}).toPromise();
    expect(error && failureOf(error)).toEqual({ code: 'INTERNAL', message: 'No.', requestId: 'r-1' });
  });

  it('mark the connection offline until one gets through', async () => {
    let reachable = false;
    const { client, connection } = set({
      graphql: async () => {
        if (!reachable) throw { code: 'OFFLINE', message: 'connection refused' };
        return { data: {} };
      },
    });
    const { error } = await client.query(NAME, {}).toPromise();
    expect(error && failureOf(error).code).toBe('OFFLINE');
    expect(connection.online.get()).toBe(false);
    reachable = true;
    await vi.waitFor(() => expect(connection.online.get()).toBe(true));
  });

  it('tell when the session is no longer taken', async () => {
    const { client, connection } = set({
      graphql: async () => {
        throw new PlatformError('UNAUTHENTICATED', 'Sign in again.');
      },
    });
    const expelled = vi.fn();
    connection.onUnauthenticated(expelled);
    await client.query(NAME, {}).toPromise();
    expect(expelled).toHaveBeenCalledOnce();
    expect(connection.online.get()).toBe(true);
  });
});

describe('streams', () => {
  function stream() {
    const closed = vi.fn();
    let send: (message: StreamMessage) => void = () => undefined;
    const { client, connection } = set({
      subscribe(_request, onMessage) {
        send = onMessage;
        return closed;
      },
    });
    const seen: unknown[] = [];
    const { unsubscribe } = client.subscription(FEED, {}).subscribe(({ data, error }) => seen.push(error ?? data));
    return { connection, seen, unsubscribe, closed, send: (message: StreamMessage) => send(message) };
  }

  const next = (id: string): StreamMessage => ({ type: 'next', payload: { data: { quotaThresholdCrossed: { id } } } });

  it('pass every payload on in order, also several in one tick', () => {
    const { seen, send } = stream();
    send(next('a'));
    send(next('b'));
    send(next('c'));
    expect(seen).toEqual(['a', 'b', 'c'].map((id) => ({ quotaThresholdCrossed: { id } })));
  });

  it('report their status by operation name', () => {
    const { connection, send } = stream();
    expect(connection.streams.get().Feed).toEqual({ status: 'connecting', retryInSeconds: null });
    send({ type: 'status', status: 'offline', retryInSeconds: 4 });
    expect(connection.streams.get().Feed).toEqual({ status: 'offline', retryInSeconds: 4 });
    send({ type: 'status', status: 'live' });
    expect(connection.streams.get().Feed).toEqual({ status: 'live', retryInSeconds: null });
  });

  it('end with the reason', () => {
    const { connection, seen, send } = stream();
    send({ type: 'error', errors: [{ message: 'Too old.', extensions: { code: 'CURSOR_EXPIRED' } }] });
    expect(String(seen[0])).toContain('Too old.');
    expect(connection.streams.get().Feed?.status).toBe('offline');
  });

  it('are closed when nobody listens any more, and then stay silent', () => {
    const { seen, unsubscribe, closed, send } = stream();
    send(next('a'));
    unsubscribe();
    expect(closed).toHaveBeenCalledOnce();
    send(next('b'));
    expect(seen).toHaveLength(1);
  });
});

it('names an anonymous operation null', () => {
  expect(operationNameOf(gql`{ serverInfo { version } }`)).toBeNull();
});
