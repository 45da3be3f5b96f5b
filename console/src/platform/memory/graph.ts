/** The graph over the fixtures: the server's own SDL, executed by graphql-js, so that a document it would refuse fails here too. */
import { buildSchema, execute, parse, validate } from 'graphql';
import type { OrganizationFilter, OrganizationOrder, UpdatePlanInput } from '@/gql/graphql';
import sdl from '../../../../schema.graphql?raw';
import type { GraphRequest, GraphResponse } from '../types';
import { createPlans, METERS, type PlanRow } from './catalog';
import { connection, type PageArgs } from './connections';
import { createOrganizations, type OrganizationRow, quotaRow } from './organizations';
import { previewPublication, publishPlan, updatePlan } from './plan-edits';
import { revenueReport } from './revenue';

const schema = buildSchema(sdl);

/** Everything the fixtures know. */
export interface World {
  plans: PlanRow[];
  organizations: OrganizationRow[];
}

/** A world with data, or one where nothing has happened yet. */
export function createWorld(empty = false): World {
  if (empty) return { plans: [], organizations: [] };
  const plans = createPlans();
  return { plans, organizations: createOrganizations(plans, Date.now()) };
}

interface OrganizationsArgs extends PageArgs {
  filter?: OrganizationFilter | null;
  orderBy?: OrganizationOrder | null;
}

function organizationNode(row: OrganizationRow) {
  return { ...row, members: (args: PageArgs) => connection(row.memberRows, args) };
}

function listed({ organizations }: World, { filter, orderBy, ...page }: OrganizationsArgs) {
  const text = filter?.text?.toLowerCase() ?? '';
  const rows = organizations.filter(
    ({ name, slug, subscription }) =>
      (name.toLowerCase().includes(text) || slug.includes(text)) &&
      (!filter?.planKey || subscription.plan.key === filter.planKey) &&
      (!filter?.status || subscription.status === filter.status),
  );
  const field = orderBy?.field === 'CREATED_AT' ? 'createdAt' : 'name';
  const sign = orderBy?.direction === 'DESC' ? -1 : 1;
  rows.sort((a, b) => sign * a[field].localeCompare(b[field]));
  return connection(rows.map(organizationNode), page);
}

function resolvers(world: World) {
  const planOf = (key: string) => world.plans.find((plan) => plan.key === key);
  return {
    plans: (args: PageArgs) => connection(world.plans, args),
    plan: ({ key }: { key: string }) => planOf(key) ?? null,
    meters: () => METERS,
    organizations: (args: OrganizationsArgs) => listed(world, args),
    organization({ id, slug }: { id?: string; slug?: string }) {
      const row = world.organizations.find((other) => other.id === id || other.slug === slug);
      return row ? organizationNode(row) : null;
    },
    revenue: () => revenueReport(world.plans, world.organizations, new Date()),
    previewPlanPublication({ input }: { input: { planKey: string } }) {
      const plan = planOf(input.planKey);
      if (!plan) throw new Error('There is no such plan.');
      return previewPublication(plan);
    },
    updatePlan: ({ input }: { input: UpdatePlanInput }) => updatePlan(planOf(input.planKey), input),
    publishPlan: ({ input }: { input: { planKey: string; previewHash: string } }) =>
      publishPlan(planOf(input.planKey), input.previewHash),
  };
}

/** Answers a query or mutation. */
export async function answer(world: World, request: GraphRequest): Promise<GraphResponse> {
  const document = parse(request.query);
  const invalid = validate(schema, document);
  if (invalid.length > 0)
    return { errors: invalid.map((error) => ({ message: error.message, extensions: { code: 'BAD_REQUEST' } })) };
  const result = await execute({
    schema,
    document,
    rootValue: resolvers(world),
    variableValues: request.variables,
    operationName: request.operationName ?? undefined,
  });
  // As over the shell's bridge: plain JSON, nothing shared with the fixtures.
  return JSON.parse(JSON.stringify(result)) as GraphResponse;
}

/** One payload of a live stream, selected as its document asks. */
export async function liveAnswer(request: GraphRequest, root: Record<string, unknown>): Promise<GraphResponse> {
  const document = parse(request.query);
  const result = await execute({ schema, document, rootValue: root, variableValues: request.variables });
  return JSON.parse(JSON.stringify(result)) as GraphResponse;
}

/** Changes what an organization uses of a meter; returns the quota before and after. */
export function setUsage(world: World, slug: string, meterKey: string, used: number) {
  const organization = world.organizations.find((other) => other.slug === slug);
  const index = organization?.quotas.findIndex(({ meter }) => meter.key === meterKey) ?? -1;
  const before = organization?.quotas[index];
  if (!organization || !before) throw new Error(`no quota ${meterKey} of ${slug}`);
  const limit = {
    meter: before.meter,
    limit: before.limit,
    policy: before.policy,
  } as const;
  const after = quotaRow(limit, used);
  organization.quotas[index] = after;
  return { organization, before, after };
}
