/** The platform without a shell: fixtures for tests and the browser preview. Never part of the shipped bundle. */
import type { QuotaLevel } from '@/gql/graphql';
import {
  type GraphRequest,
  type Platform,
  PlatformError,
  type ServerProfile,
  type SessionState,
  type StreamMessage,
} from '../types';
import { answer, createWorld, liveAnswer, setUsage, type World } from './graph';
import { seeded } from './random';

/** Accounts of the fixtures: any email but these signs in as a system admin when the password is right. */
export const FIXTURE_PASSWORD = 'correct horse';
export const FIXTURE_MEMBER_EMAIL = 'member@bursar.example';

export interface MemoryOptions {
  signedIn?: boolean;
  /** Nothing has happened on this server yet. */
  empty?: boolean;
  /** Every query stays unanswered. */
  hanging?: boolean;
  /** Every query fails with this code. */
  failing?: string;
  offline?: boolean;
  latencyMs?: number;
}

interface Stream {
  request: GraphRequest;
  send: (message: StreamMessage) => void;
}

/** The platform plus the strings that tests and the preview pull. */
export interface MemoryPlatform extends Platform {
  world: World;
  /** Operations asked so far, in order. */
  requests: GraphRequest[];
  setOffline(offline: boolean): void;
  endSession(): void;
  /** The next operation of this name fails. */
  failNext(operationName: string, error: PlatformError): void;
  /** Changes a usage and pushes what the server would: the quota, and a crossing if the level changed. */
  use(slug: string, meter: string, used: number): Promise<void>;
  /** Ends every open stream, as a server does that will not go on. */
  endStreams(message: StreamMessage): void;
  openStreams(): string[];
}

const ORDER: readonly QuotaLevel[] = ['NORMAL', 'WARNING', 'ALERT', 'EXCEEDED'];

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

function sessionOf(signedIn: boolean): SessionState {
  return {
    signedIn,
    server: signedIn ? 'http://127.0.0.1:8000' : null,
    email: signedIn ? 'admin@bursar.example' : null,
    name: signedIn ? 'Ada Okafor' : null,
    isSystemAdmin: signedIn,
    tokenStore: 'keychain',
  };
}

/** Builds a platform on fixtures. */
export function createMemoryPlatform(options: MemoryOptions = {}): MemoryPlatform {
  const world = createWorld(options.empty);
  const streams = new Map<number, Stream>();
  const ended = new Set<() => void>();
  const planned = new Map<string, PlatformError>();
  const requests: GraphRequest[] = [];
  let session = sessionOf(options.signedIn ?? true);
  let profiles: ServerProfile[] = [{ name: '127.0.0.1:8000', url: 'http://127.0.0.1:8000' }];
  let offline = options.offline ?? false;
  let nextStream = 0;
  let sequence = 0;

  const requireOnline = () => {
    if (offline) throw new PlatformError('OFFLINE', 'The server cannot be reached.');
  };

  const push = async (field: string, root: Record<string, unknown>, wanted: (request: GraphRequest) => boolean) => {
    for (const { request, send } of [...streams.values()]) {
      if (request.query.includes(field) && wanted(request))
        send({ type: 'next', payload: await liveAnswer(request, { [field]: root }) });
    }
  };

  return {
    world,
    requests,
    sessionState: async () => session,
    profiles: async () => profiles,
    async saveProfile(profile) {
      profiles = [profile, ...profiles.filter(({ name }) => name !== profile.name)];
    },
    async removeProfile(name) {
      profiles = profiles.filter((profile) => profile.name !== name);
    },
    async signIn({ server, email, password }) {
      await pause(options.latencyMs ?? 0);
      requireOnline();
      if (password !== FIXTURE_PASSWORD) throw new PlatformError('UNAUTHENTICATED', 'Email or password is wrong.');
      session = { ...sessionOf(true), server, email, isSystemAdmin: email !== FIXTURE_MEMBER_EMAIL };
      return session;
    },
    async signOut() {
      session = sessionOf(false);
      return session;
    },
    async graphql(request) {
      requests.push(request);
      await pause(options.latencyMs ?? 0);
      const name = request.operationName ?? '';
      const failure = planned.get(name);
      planned.delete(name);
      if (failure) throw failure;
      requireOnline();
      if (options.hanging) return new Promise(() => undefined);
      if (options.failing) {
        return {
          errors: [
            { message: 'Something went wrong.', extensions: { code: options.failing, requestId: '0198c0de-7f3a' } },
          ],
        };
      }
      return answer(world, request);
    },
    subscribe(request, onMessage) {
      nextStream += 1;
      const id = nextStream;
      streams.set(id, { request, send: onMessage });
      queueMicrotask(() => {
        const status = offline ? ('offline' as const) : ('live' as const);
        if (streams.has(id)) onMessage({ type: 'status', status, ...(offline ? { retryInSeconds: 4 } : {}) });
      });
      return () => streams.delete(id);
    },
    onSessionEnded(handler) {
      ended.add(handler);
      return () => ended.delete(handler);
    },
    appInfo: async () => ({ version: '0.1.0', platform: 'preview' }),
    setOffline(next) {
      offline = next;
      for (const { send } of streams.values()) {
        send(next ? { type: 'status', status: 'offline', retryInSeconds: 4 } : { type: 'status', status: 'live' });
      }
    },
    endSession() {
      session = sessionOf(false);
      for (const handler of ended) handler();
    },
    failNext: (operationName, error) => planned.set(operationName, error),
    async use(slug, meter, used) {
      const { organization, before, after } = setUsage(world, slug, meter, used);
      await push('quotaChanged', after, ({ variables }) => variables.organizationId === organization.id);
      if (before.level === after.level) return;
      sequence += 1;
      const event = {
        id: `event-${sequence}`,
        sequence,
        cursor: `cursor-${sequence}`,
        organization,
        meter: after.meter,
        level: after.level,
        direction: ORDER.indexOf(after.level) > ORDER.indexOf(before.level) ? 'UP' : 'DOWN',
        used: after.used,
        limit: after.limit,
        window: null,
        occurredAt: new Date().toISOString(),
      };
      await push('quotaThresholdCrossed', event, () => true);
    },
    endStreams(message) {
      for (const { send } of [...streams.values()]) send(message);
      streams.clear();
    },
    openStreams: () => [...streams.values()].map(({ request }) => request.operationName ?? ''),
  };
}

const SHARES = [0.83, 0.96, 1, 0.7, 0.88, 0.99, 0.5] as const;

/** Lets the preview breathe: a usage changes every now and then. */
function simulate(platform: MemoryPlatform, everyMs: number): void {
  const random = seeded(99);
  const step = () => {
    const bounded = platform.world.organizations.filter(({ quotas }) => quotas.some(({ limit }) => limit !== null));
    const organization = bounded[Math.floor(random() * bounded.length)];
    const counted = organization?.quotas.filter(({ meter, limit }) => meter.kind !== 'CAP' && limit !== null) ?? [];
    const quota = counted[Math.floor(random() * counted.length)];
    const share = SHARES[Math.floor(random() * SHARES.length)] ?? 0.5;
    if (organization && quota)
      void platform.use(organization.slug, quota.meter.key, Math.floor((quota.limit ?? 0) * share));
  };
  setInterval(step, everyMs);
}

/** The preview's platform; the address says what to play: `?signedOut`, `?empty`, `?hanging`, `?failing=INTERNAL`, `?offline`, `?pace=200`. */
export function createPreviewPlatform(query: string): Platform {
  const params = new URLSearchParams(query);
  const platform = createMemoryPlatform({
    signedIn: !params.has('signedOut'),
    empty: params.has('empty'),
    hanging: params.has('hanging'),
    failing: params.get('failing') ?? undefined,
    offline: params.has('offline'),
    latencyMs: 120,
  });
  if (!params.has('empty')) simulate(platform, Number(params.get('pace') ?? 4_000));
  return platform;
}
