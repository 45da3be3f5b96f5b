/** The platform as the desktop shell offers it: Tauri commands, a channel per live stream, one event. */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import {
  type AppInfo,
  type GraphResponse,
  type Platform,
  PlatformError,
  type ServerProfile,
  type SessionState,
  type StreamMessage,
} from './types';

async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (cause) {
    throw PlatformError.from(cause);
  }
}

/** Builds the platform on Tauri's bridge. */
export function createTauriPlatform(): Platform {
  return {
    sessionState: () => call<SessionState>('session_state'),
    profiles: () => call<ServerProfile[]>('profiles'),
    async saveProfile(profile) {
      await call<unknown>('save_profile', { ...profile });
    },
    async removeProfile(name) {
      await call<unknown>('remove_profile', { name });
    },
    signIn: (request) => call<SessionState>('sign_in', { ...request }),
    async signOut() {
      await call<unknown>('sign_out');
      return call<SessionState>('session_state');
    },
    graphql: (request) => call<GraphResponse>('graphql', { ...request }),
    subscribe(request, onMessage) {
      const id = crypto.randomUUID();
      const channel = new Channel<StreamMessage>();
      let open = true;
      channel.onmessage = (message) => {
        if (open) onMessage(message);
      };
      call<void>('subscribe', { id, ...request, channel }).catch((cause: unknown) => {
        if (!open) return;
        const { code, message } = PlatformError.from(cause);
        onMessage({ type: 'error', errors: [{ message, extensions: { code } }] });
      });
      return () => {
        open = false;
        call<void>('unsubscribe', { id }).catch((cause: unknown) => console.warn('unsubscribe failed', cause));
      };
    },
    onSessionEnded(handler) {
      const listening = listen('session-ended', handler);
      return () => {
        listening.then((stop) => stop()).catch((cause: unknown) => console.warn('unlisten failed', cause));
      };
    },
    appInfo: () => call<AppInfo>('app_info'),
  };
}
