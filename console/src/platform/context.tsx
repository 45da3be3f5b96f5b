/** Hands the platform and its connection to the component tree. */
import { createContext, type ReactNode, useContext } from 'react';
import type { Connection, StreamState } from './connection';
import { useStore } from './store';
import type { Platform } from './types';

interface Provided {
  platform: Platform;
  connection: Connection;
}

const PlatformContext = createContext<Provided | null>(null);

export function PlatformProvider({ platform, connection, children }: Provided & { children: ReactNode }) {
  return <PlatformContext value={{ platform, connection }}>{children}</PlatformContext>;
}

function useProvided(): Provided {
  const provided = useContext(PlatformContext);
  if (!provided) throw new Error('PlatformProvider is missing above this component');
  return provided;
}

/** The shell's commands. */
export function usePlatform(): Platform {
  return useProvided().platform;
}

/** Connectivity, shared by every request. */
export function useConnection(): Connection {
  return useProvided().connection;
}

/** False while the server cannot be reached. */
export function useOnline(): boolean {
  return useStore(useProvided().connection.online);
}

/** Before the first word of the stream. */
const OPENING: StreamState = { status: 'connecting', retryInSeconds: null };

/** The state of the live stream with this operation name. */
export function useStreamState(operationName: string): StreamState {
  return useStore(useProvided().connection.streams)[operationName] ?? OPENING;
}
