// Relay's compiler on the schema of the repository: nodes, connections, refetching, a mutation, a live feed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const compiler = createRequire(import.meta.url).resolve('relay-compiler/cli.js');
const project = fileURLToPath(new URL('../relay', import.meta.url));
const schema = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));

/** Compiles the documents of `relay/` in a folder of its own; returns the artefacts by name. */
async function compile() {
  const folder = await mkdtemp(join(tmpdir(), 'bursar-relay-'));
  try {
    await cp(project, folder, { recursive: true });
    await cp(schema, join(folder, 'schema.graphql'));
    const config = JSON.parse(await readFile(join(project, 'relay.config.json'), 'utf8'));
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify({ ...config, schema: './schema.graphql' }));
    await mkdir(join(folder, 'artifacts'));
    const run = promisify(execFile);
    await run(process.execPath, [compiler, '--noWatchman', join(folder, 'relay.config.json')], { cwd: folder });
    const names = await readdir(join(folder, 'artifacts'));
    const read = async (name) => [name.split('.')[0], await readFile(join(folder, 'artifacts', name), 'utf8')];
    return Object.fromEntries(await Promise.all(names.map(read)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('realistic documents compile', async () => {
  const artefacts = await compile();
  for (const name of [
    'organizationsQuery',
    'organizationsListPaginationQuery',
    'organizationsRowRefetchQuery',
    'organizationMembersPaginationQuery',
    'organizationUpdateMutation',
    'organizationCrossingsSubscription',
  ]) {
    assert.ok(name in artefacts, `${name} is not among ${Object.keys(artefacts)}`);
  }
  assert.match(artefacts.organizationsRowRefetchQuery, /node\(id: \$id\)/, 'an organization is refetched as a node');
  assert.match(artefacts.organizationsListPaginationQuery, /pageInfo \{\\n\s+endCursor/);
});
