// The few operations that every scenario starts from, sent with nothing but `fetch`.

import assert from 'node:assert/strict';

import { ADMIN } from './server.js';

/** Sends one operation and returns its data; any error fails the test. */
export async function ask(server, query, variables = {}, token = undefined) {
  const response = await fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const result = await response.json();
  assert.equal(result.errors, undefined, JSON.stringify(result.errors));
  for (const [field, payload] of Object.entries(result.data)) {
    assert.deepEqual(payload?.userErrors ?? [], [], `${field}: ${JSON.stringify(payload?.userErrors)}`);
  }
  return result.data;
}

/** An access token of the first system admin. */
export async function signIn(server) {
  const data = await ask(
    server,
    `mutation SignIn($input: SignInInput!) {
      signIn(input: $input) { session { accessToken } userErrors { code message path } }
    }`,
    { input: ADMIN },
  );
  return data.signIn.session.accessToken;
}

/** A new organization of the admin's, with a limit of 100 on one of its meters. */
export async function organizationWithQuota(server, token, slug) {
  const { createOrganization } = await ask(
    server,
    `mutation Create($input: CreateOrganizationInput!) {
      createOrganization(input: $input) {
        organization { id quotas { meter { key kind scale } used } }
        userErrors { code message path }
      }
    }`,
    { input: { name: slug, slug } },
    token,
  );
  const { id, quotas } = createOrganization.organization;
  const quota = quotas.find(({ meter, used }) => meter.kind === 'GAUGE' && meter.scale === 0 && used === 0);
  assert.ok(quota, `no unused gauge among ${JSON.stringify(quotas)}`);
  const meter = quota.meter.key;
  await ask(
    server,
    `mutation Override($input: SetQuotaOverrideInput!) {
      setQuotaOverride(input: $input) { quota { limit } userErrors { code message path } }
    }`,
    { input: { organizationId: id, meter, limit: 100, policy: 'DENY', reason: 'a round number' } },
    token,
  );
  return { id, meter };
}

/** Consumes `amount`; from 80, 95 and 100 on thresholds are crossed. */
export async function consume(server, token, { id, meter }, amount) {
  const { consumeQuota } = await ask(
    server,
    `mutation Consume($input: ConsumeQuotaInput!) {
      consumeQuota(input: $input) { decision { allowed used } userErrors { code message path } }
    }`,
    { input: { organizationId: id, items: [{ meter, amount }] } },
    token,
  );
  assert.equal(consumeQuota.decision.allowed, true);
}

export const CROSSINGS = `subscription Crossings($organizationId: ID, $after: String) {
  quotaThresholdCrossed(organizationId: $organizationId, after: $after) {
    id sequence cursor level direction meter { key }
  }
}`;

/** Gives `amount` back. */
export async function release(server, token, { id, meter }, amount) {
  await ask(
    server,
    `mutation Release($input: ReleaseQuotaInput!) {
      releaseQuota(input: $input) { decision { used } userErrors { code message path } }
    }`,
    { input: { organizationId: id, items: [{ meter, amount }] } },
    token,
  );
}

/**
 * Crosses a threshold up and down until `collected` has heard of it: subscriptions are not acknowledged, so this is
 * how one knows that a live one has begun.
 */
export async function crossUntilHeard(server, token, organization, collected) {
  while (collected.items.length === 0) {
    collected.check();
    await consume(server, token, organization, 85);
    await release(server, token, organization, 85);
  }
}
