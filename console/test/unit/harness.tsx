/** The whole console on the in-memory platform, at an address. */
import { createMemoryHistory } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { App } from '@/app';
import { createConnection } from '@/platform/connection';
import { createMemoryPlatform, type MemoryOptions } from '@/platform/memory';

const PROBE_MS = 20;

/** Renders the console; `platform` has the strings to pull. */
export function openConsole(path: string, options: MemoryOptions = {}) {
  const platform = createMemoryPlatform(options);
  const connection = createConnection(platform, PROBE_MS);
  const history = createMemoryHistory({ initialEntries: [path] });
  render(<App platform={platform} connection={connection} history={history} />);
  return { platform, connection, history, user: userEvent.setup() };
}
