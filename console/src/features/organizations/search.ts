/** The list's state lives in the address, so that going back finds it again. */
import { z } from 'zod';
import type { OrganizationOrder, OrganizationsQueryVariables } from '@/gql/graphql';

export const SORTS = ['name', '-name', '-created', 'created'] as const;

const STATUSES = ['TRIAL', 'ACTIVE', 'PAST_DUE', 'SUSPENDED', 'PAUSED', 'CANCELLING', 'EXPIRED', 'ARCHIVED'] as const;

const text = z.coerce.string().optional().catch(undefined);

/** What the address may say; anything else is ignored. */
export const organizationSearch = z.object({
  text,
  plan: text,
  status: z.enum(STATUSES).optional().catch(undefined),
  sort: z.enum(SORTS).optional().catch(undefined),
  after: text,
  before: text,
});

export type OrganizationSearch = z.infer<typeof organizationSearch>;

export type Sort = (typeof SORTS)[number];

export const STATUS_CHOICES = STATUSES;

const PAGE_SIZE = 12;

const ORDERS: Record<Sort, OrganizationOrder> = {
  name: { field: 'NAME', direction: 'ASC' },
  '-name': { field: 'NAME', direction: 'DESC' },
  created: { field: 'CREATED_AT', direction: 'ASC' },
  '-created': { field: 'CREATED_AT', direction: 'DESC' },
};

/** Sorted, filtered and paged by the server; the console never holds more than a page. */
export function variablesOf(search: OrganizationSearch): OrganizationsQueryVariables {
  const { text: typed, plan, status, sort = 'name', after, before } = search;
  const page = before ? { last: PAGE_SIZE, before } : { first: PAGE_SIZE, ...(after ? { after } : {}) };
  return {
    filter: { ...(typed ? { text: typed } : {}), ...(plan ? { planKey: plan } : {}), ...(status ? { status } : {}) },
    orderBy: ORDERS[sort],
    ...page,
  };
}

export function isFiltered({ text: typed, plan, status }: OrganizationSearch): boolean {
  return Boolean(typed || plan || status);
}
