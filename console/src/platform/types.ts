/** What the web view may ask of the desktop shell. Tokens stay on the shell's side of this line (CON-1). */

/** Who is signed in, and to which server. */
export interface SessionState {
  signedIn: boolean;
  /** Base URL of the server, without `/graphql`. */
  server: string | null;
  email: string | null;
  name: string | null;
  isSystemAdmin: boolean;
  /** Where the refresh token lives on this machine. */
  tokenStore: 'keychain' | 'encrypted_file';
}

/** A server that the user has signed in to before. */
export interface ServerProfile {
  name: string;
  url: string;
}

export interface SignInRequest {
  server: string;
  email: string;
  password: string;
  /** Six digits, when the account has two-factor authentication. */
  totpCode?: string;
}

/** One GraphQL operation as text: the shell adds the token and refreshes it. */
export interface GraphRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | null;
}

/** An entry of `errors` in a GraphQL response; `extensions.code` is one of the contract's codes. */
export interface GraphError {
  message: string;
  path?: ReadonlyArray<string | number>;
  extensions?: Record<string, unknown>;
}

export interface GraphResponse {
  data?: unknown;
  errors?: GraphError[];
  extensions?: Record<string, unknown>;
}

/** State of one live stream. */
export type StreamStatus = 'connecting' | 'live' | 'offline';

/** What a live stream says. After `complete` or `error` nothing follows. */
export type StreamMessage =
  | { type: 'next'; payload: GraphResponse }
  | { type: 'error'; errors: GraphError[] }
  | { type: 'complete' }
  | { type: 'status'; status: StreamStatus; retryInSeconds?: number };

export interface AppInfo {
  version: string;
  platform: string;
}

/** Every call may reject with a {@link PlatformError}. */
export interface Platform {
  sessionState(): Promise<SessionState>;
  profiles(): Promise<ServerProfile[]>;
  saveProfile(profile: ServerProfile): Promise<void>;
  removeProfile(name: string): Promise<void>;
  signIn(request: SignInRequest): Promise<SessionState>;
  signOut(): Promise<SessionState>;
  graphql(request: GraphRequest): Promise<GraphResponse>;
  /** Opens a live stream; the shell reconnects and resumes it. Returns the function that closes it. */
  subscribe(request: GraphRequest, onMessage: (message: StreamMessage) => void): () => void;
  /** Called when the server refuses the refresh token. Returns the function that stops listening. */
  onSessionEnded(handler: () => void): () => void;
  appInfo(): Promise<AppInfo>;
}

/** A failure on the way to the server. `code` is OFFLINE, UNAUTHENTICATED, BAD_RESPONSE or a code of the server's contract. */
export class PlatformError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'PlatformError';
    this.code = code;
  }

  /** Makes sense of whatever a rejected command carries. */
  static from(cause: unknown): PlatformError {
    if (cause instanceof PlatformError) return cause;
    if (typeof cause === 'object' && cause !== null && 'code' in cause) {
      const { code, message } = cause as { code: unknown; message?: unknown };
      return new PlatformError(String(code), typeof message === 'string' ? message : String(code));
    }
    const message = cause instanceof Error ? cause.message : String(cause);
    return new PlatformError('BAD_RESPONSE', message);
  }
}
