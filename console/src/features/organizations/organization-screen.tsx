/** One organization: quotas, subscription, timeline, members (CON-4). */
import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { Badge } from '@/components/badge';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { Loading, Skeleton } from '@/components/skeleton';
import { ErrorState, StaleNotice } from '@/components/states';
import { AccessBadge } from '@/components/status-badge';
import { OrganizationDocument, type OrganizationQuery } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';
import { MemberList } from './member-list';
import { QuotaPanel } from './quota-panel';
import { SubscriptionCard, Timeline } from './subscription-card';

type Loaded = NonNullable<OrganizationQuery['organization']>;

function BackLink() {
  const messages = useMessages();
  return (
    <Link
      to="/organizations"
      className="inline-flex items-center gap-1 rounded-sm text-xs text-ink-faint hover:text-ink"
    >
      <ArrowLeft aria-hidden className="size-3" />
      {messages.common.back(messages.organizations.title)}
    </Link>
  );
}

function Facts({ organization }: { organization: Loaded }) {
  const messages = useMessages().organizations;
  const facts: ReadonlyArray<[string, string | null]> = [
    [messages.owner, `${organization.owner.name} · ${organization.owner.email}`],
    [messages.billingEmail, organization.billingEmail],
    [messages.website, organization.website],
  ];
  return (
    <dl className="flex flex-wrap gap-x-10 gap-y-2">
      {facts.map(
        ([term, value]) =>
          value && (
            <div key={term}>
              <dt className="text-xs text-ink-faint">{term}</dt>
              <dd className="text-sm">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function ScreenSkeleton() {
  return (
    <Loading className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
      <Skeleton className="h-[520px] rounded-lg" />
      <div className="flex flex-col gap-4">
        <Skeleton className="h-52 rounded-lg" />
        <Skeleton className="h-72 rounded-lg" />
      </div>
    </Loading>
  );
}

export function OrganizationScreen({ slug }: { slug: string }) {
  const messages = useMessages().organizations;
  const format = useFormat();
  const { data, failure, loading, retry } = useGraphQuery(OrganizationDocument, { slug });
  const organization = data?.organization;
  if (!organization) {
    const missing = { code: 'not-found', message: messages.notFound(slug), requestId: null };
    return (
      <Page above={<BackLink />} title={slug}>
        {loading ? (
          <ScreenSkeleton />
        ) : (
          <Card>
            <ErrorState failure={failure ?? missing} onRetry={retry} />
          </Card>
        )}
      </Page>
    );
  }
  const title = (
    <>
      {organization.name}
      {!organization.isActive && <Badge className="font-sans">{messages.inactive}</Badge>}
      <AccessBadge mode={organization.accessMode} />
    </>
  );
  return (
    <Page
      above={<BackLink />}
      title={title}
      subtitle={`${organization.slug} · ${messages.created(format.date(organization.createdAt))}`}
    >
      {failure && <StaleNotice failure={failure} onRetry={retry} />}
      <Facts organization={organization} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="flex min-w-0 flex-col gap-4">
          <QuotaPanel organizationId={organization.id} quotas={organization.quotas} />
          <MemberList organizationId={organization.id} count={organization.memberCount} />
        </div>
        <div className="flex flex-col gap-4 self-start">
          <SubscriptionCard subscription={organization.subscription} />
          <Timeline subscription={organization.subscription} />
        </div>
      </div>
    </Page>
  );
}
