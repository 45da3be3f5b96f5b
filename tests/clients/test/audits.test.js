// GraphQL over HTTP, judged by the audits of the `graphql-http` package.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAudits } from 'graphql-http';

import { useServer } from '../support/server.js';

const server = await useServer();

const LEVELS = { MUST: 13, SHOULD: 23 };

test('the suite has the audits that we claim to pass', () => {
  const audits = serverAudits({ url: server.endpoint });
  for (const [level, count] of Object.entries(LEVELS)) {
    assert.equal(audits.filter(({ name }) => name.startsWith(level)).length, count, level);
  }
});

for (const audit of serverAudits({ url: server.endpoint })) {
  test(`${audit.id} ${audit.name}`, async (context) => {
    const result = await audit.fn();
    // Audits leave the body unread, which keeps connections open.
    await result.response?.body?.cancel();
    if (audit.name.startsWith('MAY')) {
      context.diagnostic(`optional: ${result.status}${result.reason ? ` (${result.reason})` : ''}`);
      assert.ok(['ok', 'notice'].includes(result.status));
    } else {
      assert.equal(result.status, 'ok', result.reason);
    }
  });
}
