// A front end on Apollo Client: normalised cache, Relay paging, user errors, live data.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { Collected } from '../support/collected.js';
import { CROSSINGS, crossUntilHeard, organizationWithQuota, signIn } from '../support/graph.js';
import { useServer } from '../support/server.js';

const server = await useServer();
const token = await signIn(server);

function apollo() {
  const socket = createClient({
    url: server.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
  });
  const http = new HttpLink({ uri: server.endpoint, headers: { authorization: `Bearer ${token}` } });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    http,
  );
  const cache = new InMemoryCache({
    typePolicies: { Query: { fields: { organizations: relayStylePagination() } } },
  });
  return { client: new ApolloClient({ link, cache }), socket };
}

const PAGE = gql`
  query Page($first: Int!, $after: String) {
    organizations(first: $first, after: $after) {
      edges { cursor node { id name } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

test('pages are appended and entities are normalised by id', async () => {
  for (const slug of ['page-one', 'page-two', 'page-three']) await organizationWithQuota(server, token, slug);
  const { client, socket } = apollo();
  const query = client.watchQuery({ query: PAGE, variables: { first: 2 } });
  const seen = new Collected();
  const subscription = query.subscribe(({ data, dataState }) => dataState === 'complete' && seen.push(data));
  await seen.until((items) => items.length > 0);
  assert.equal(seen.items[0].organizations.edges.length, 2);
  await query.fetchMore({ variables: { after: seen.items[0].organizations.pageInfo.endCursor } });
  await seen.until((items) => items.at(-1).organizations.edges.length > 2);
  const ids = seen.items.at(-1).organizations.edges.map(({ node }) => node.id);
  assert.equal(new Set(ids).size, ids.length, 'no organization comes twice');
  assert.deepEqual(
    Object.keys(client.cache.extract()).filter((key) => key.startsWith('Organization:')).sort(),
    ids.map((id) => `Organization:${id}`).sort(),
  );
  subscription.unsubscribe();
  await socket.dispose();
});

const UPDATE = gql`
  mutation Rename($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) {
      organization { id name version }
      userErrors { code message path }
    }
  }
`;

test('a mutation updates the cache, and what the user can mend is data', async () => {
  const { id } = await organizationWithQuota(server, token, 'renamed');
  const { client, socket } = apollo();
  const query = gql`query One($id: ID!) { organization(id: $id) { id name version } }`;
  const { data } = await client.query({ query, variables: { id } });
  const expectedVersion = data.organization.version;
  const rename = (name) =>
    client.mutate({ mutation: UPDATE, variables: { input: { organizationId: id, expectedVersion, name } } });

  const refused = await rename('');
  assert.equal(refused.data.updateOrganization.organization, null);
  assert.equal(refused.data.updateOrganization.userErrors[0].code, 'VALIDATION');

  const renamed = await rename('Another name');
  assert.deepEqual(renamed.data.updateOrganization.userErrors, []);
  const cached = client.readQuery({ query, variables: { id } });
  assert.equal(cached.organization.name, 'Another name', 'the cached entity is the same one');

  const conflict = await rename('Too late');
  assert.equal(conflict.data.updateOrganization.userErrors[0].code, 'CONFLICT');
  await socket.dispose();
});

test('a subscription delivers through the WebSocket link', async () => {
  const organization = await organizationWithQuota(server, token, 'apollo-live');
  const { client, socket } = apollo();
  const live = new Collected();
  const observable = client.subscribe({ query: gql(CROSSINGS), variables: { organizationId: organization.id } });
  const subscription = observable.subscribe(live.sink());
  await crossUntilHeard(server, token, organization, live);
  assert.equal(live.items[0].data.quotaThresholdCrossed.__typename, 'QuotaThresholdEvent');
  subscription.unsubscribe();
  await socket.dispose();
});

test('an error that the user cannot mend is an error', async () => {
  const { client, socket } = apollo();
  const query = gql`query One($id: ID!) { organization(id: $id) { id } }`;
  const id = '01900000-0000-7000-8000-000000000000';
  const { data, error } = await client.query({ query, variables: { id }, errorPolicy: 'all' });
  assert.deepEqual(data, { organization: null });
  assert.deepEqual(error.errors.map(({ extensions }) => extensions.code), ['NOT_FOUND']);
  await socket.dispose();
});
