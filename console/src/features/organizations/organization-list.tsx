/** One row per organization: who, plan, state, every quota as a bar. */
import { Link } from '@tanstack/react-router';
import { Badge } from '@/components/badge';
import { highestLevel, LevelBadge } from '@/components/level';
import { QuotaBar } from '@/components/quota-bar';
import { AccessBadge, StatusBadge } from '@/components/status-badge';
import { Cell, HeaderCell, LinkRow, RowHeader, Table } from '@/components/table';
import type { OrganizationsQuery } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { countedQuotas } from './quotas';

type ListedOrganization = OrganizationsQuery['organizations']['nodes'][number];

function OrganizationRow({ organization }: { organization: ListedOrganization }) {
  const messages = useMessages().organizations;
  const { name, slug, subscription, isActive, accessMode, memberCount } = organization;
  const quotas = countedQuotas(organization.quotas);
  return (
    <LinkRow data-testid={`organization-row-${slug}`}>
      <RowHeader className="w-36 align-top xl:w-48">
        <Link to="/organizations/$slug" params={{ slug }} className="block max-w-32 truncate xl:max-w-44 font-semibold">
          {name}
        </Link>
        <span className="block max-w-32 truncate xl:max-w-44 text-xs font-normal text-ink-faint">
          {slug} · {messages.memberCount(memberCount)}
        </span>
      </RowHeader>
      <Cell className="w-24 align-top xl:w-32">
        <span className="block font-medium">{subscription?.plan.name ?? messages.noPlan}</span>
        <span className="mt-1 flex flex-wrap gap-1">
          {subscription && <StatusBadge status={subscription.status} />}
          {!isActive && <Badge>{messages.inactive}</Badge>}
          <AccessBadge mode={accessMode} />
        </span>
      </Cell>
      <Cell className="py-3">
        <div className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-x-4 gap-y-2">
          {quotas.map((quota) => (
            <QuotaBar key={quota.meter.key} quota={quota} />
          ))}
        </div>
      </Cell>
      <Cell className="w-24 text-right align-top">
        <LevelBadge level={highestLevel(quotas.map(({ level }) => level))} />
      </Cell>
    </LinkRow>
  );
}

export function OrganizationList({ organizations }: { organizations: readonly ListedOrganization[] }) {
  const messages = useMessages().organizations;
  return (
    <Table label={messages.title}>
      <thead>
        <tr>
          <HeaderCell>{messages.organization}</HeaderCell>
          <HeaderCell>{messages.plan}</HeaderCell>
          <HeaderCell>{messages.quotas}</HeaderCell>
          <HeaderCell numeric>{messages.level}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {organizations.map((organization) => (
          <OrganizationRow key={organization.id} organization={organization} />
        ))}
      </tbody>
    </Table>
  );
}
