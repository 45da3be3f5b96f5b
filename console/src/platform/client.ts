/** The GraphQL client of one signed-in session; a new session gets a new one, so nothing cached crosses accounts. */
import { Client } from '@urql/core';
import { graphCache } from './cache';
import type { Connection } from './connection';
import { platformExchange } from './exchange';
import type { Platform } from './types';

/** The URL is never fetched: the shell decides where operations go. */
export function createGraphClient(platform: Platform, connection: Connection): Client {
  return new Client({
    url: 'shell:graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [graphCache(), platformExchange(platform, connection)],
  });
}
