// A real server process on a database of its own, for the length of one test file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

export const ADMIN = { email: 'admin@clients.test', password: 'a long password for clients' };

/** How long a start may take: it migrates, applies a catalog and hashes a password. */
const START = 60_000;

/** Starts the server for the tests of this file, and stops it after them. */
export async function useServer(environment = {}) {
  const server = await start(environment);
  after(() => server.stop());
  return server;
}

/** Starts one server. `stop()` asks it to end in good order and tells how it did. */
export async function start(environment = {}) {
  const binary = process.env.BURSAR_BIN;
  if (!binary) throw new Error('BURSAR_BIN must name the bursar binary');
  const folder = await mkdtemp(join(tmpdir(), 'bursar-clients-'));
  const child = spawn(binary, ['serve'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      BURSAR_DATABASE_URL: `sqlite://${join(folder, 'bursar.db')}?mode=rwc`,
      BURSAR_LISTEN: '127.0.0.1:0',
      BURSAR_ADMIN_EMAIL: ADMIN.email,
      BURSAR_ADMIN_PASSWORD: ADMIN.password,
      BURSAR_SECRET_KEY: 'k'.repeat(64),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  const exited = once(child, 'exit');
  const address = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const url = /listening on (http:\S+)/.exec(line)?.[1];
        if (url) resolve(url.replace(/\/$/, ''));
      });
    }
    exited.then(([code]) => reject(new Error(`the server ended with ${code}:\n${said.join('\n')}`)), reject);
    setTimeout(() => reject(new Error(`the server did not start:\n${said.join('\n')}`)), START).unref();
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const [code] = await exited;
    await rm(folder, { recursive: true, force: true });
    return code;
  };
  try {
    const url = await address;
    const socketUrl = `${url.replace('http', 'ws')}/graphql`;
    return { url, endpoint: `${url}/graphql`, socketUrl, stop };
  } catch (error) {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
