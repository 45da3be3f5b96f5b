/** All plans, and their limits compared. */
import { Layers } from 'lucide-react';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton';
import { Empty, ErrorState, StaleNotice } from '@/components/states';
import { PlansDocument } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';
import { byTier, currenciesOf, shownVersion } from './plan';
import { PlanComparison } from './plan-comparison';
import { PlanList } from './plan-list';

export function PlansScreen() {
  const messages = useMessages().plans;
  const { data, failure, loading, retry } = useGraphQuery(PlansDocument, {});
  const plans = byTier(data?.plans.nodes ?? []);
  const [currency = 'USD'] = currenciesOf(plans.flatMap((plan) => shownVersion(plan) ?? []));
  return (
    <Page title={messages.title} subtitle={messages.subtitle}>
      {data && failure && <StaleNotice failure={failure} onRetry={retry} />}
      <Card flush title={messages.listTitle}>
        {loading && <SkeletonRows count={5} />}
        {!data && failure && <ErrorState failure={failure} onRetry={retry} />}
        {data && plans.length === 0 && <Empty icon={Layers} title={messages.emptyTitle} body={messages.emptyBody} />}
        {plans.length > 0 && <PlanList plans={plans} currency={currency} />}
      </Card>
      {plans.some((plan) => plan.currentVersion) && (
        <Card flush title={messages.compareTitle} hint={messages.compareHint}>
          <PlanComparison plans={plans} />
        </Card>
      )}
    </Page>
  );
}
