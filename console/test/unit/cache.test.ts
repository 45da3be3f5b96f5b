/** The cache knows every type of the graph that has no id of its own. */
import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { EMBEDDED_TYPES } from '@/platform/cache';

it('lists exactly the types without `id: ID!`', () => {
  const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const embedded = Object.values(schema.getTypeMap()).filter(
    (type) =>
      isObjectType(type) &&
      !type.name.startsWith('__') &&
      !roots.includes(type) &&
      String(type.getFields().id?.type) !== 'ID!',
  );
  expect([...EMBEDDED_TYPES].sort()).toEqual(embedded.map(({ name }) => name).sort());
});
