/** One plan: look, edit its draft, review, publish (CON-3). */
import { Link } from '@tanstack/react-router';
import { ArrowLeft, PencilLine, Send } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { Segmented } from '@/components/segmented';
import { SkeletonRows } from '@/components/skeleton';
import { ErrorState, StaleNotice } from '@/components/states';
import { PlanDocument, type PlanQuery } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';
import { PlanBadges } from './plan-badges';
import { PlanDetails } from './plan-details';
import { PlanEditor } from './plan-editor';
import { PublishDialog } from './publish-dialog';

type LoadedPlan = NonNullable<PlanQuery['plan']>;

function BackLink() {
  const messages = useMessages();
  return (
    <Link to="/plans" className="inline-flex items-center gap-1 rounded-sm text-xs text-ink-faint hover:text-ink">
      <ArrowLeft aria-hidden className="size-3" />
      {messages.common.back(messages.plans.title)}
    </Link>
  );
}

function Actions({ plan, onEdit, onReview }: { plan: LoadedPlan; onEdit: () => void; onReview: () => void }) {
  const messages = useMessages().plans;
  return (
    <>
      <Button onClick={onEdit} data-testid="plan-edit" variant={plan.draft ? 'secondary' : 'primary'}>
        <PencilLine aria-hidden className="size-3.5" />
        {plan.draft ? messages.editDraft : messages.edit}
      </Button>
      {plan.draft && (
        <Button variant="primary" onClick={onReview} data-testid="plan-review">
          <Send aria-hidden className="size-3.5" />
          {messages.review}
        </Button>
      )}
    </>
  );
}

function Shown({ plan }: { plan: LoadedPlan }) {
  const messages = useMessages().plans;
  const [view, setView] = useState<'draft' | 'published'>('draft');
  const { draft, currentVersion } = plan;
  const version = view === 'draft' ? (draft ?? currentVersion) : (currentVersion ?? draft);
  if (!version) return null;
  return (
    <>
      {draft && currentVersion && (
        <div>
          <Segmented
            label={messages.version}
            value={view}
            onChange={setView}
            options={[
              { value: 'draft', label: messages.draftOf(draft.number) },
              { value: 'published', label: `${messages.published} v${currentVersion.number}` },
            ]}
          />
        </div>
      )}
      <PlanDetails plan={plan} version={version} versions={plan.versions} />
    </>
  );
}

function LoadedScreen({ plan, notice }: { plan: LoadedPlan; notice: ReactNode }) {
  const messages = useMessages().plans;
  const [editing, setEditing] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const base = plan.draft ?? plan.currentVersion;
  const title = (
    <>
      {plan.name}{' '}
      <span className="flex font-sans">
        <PlanBadges plan={plan} />
      </span>
    </>
  );
  return (
    <Page
      above={<BackLink />}
      title={title}
      subtitle={editing ? messages.editingHint : plan.description}
      actions={
        !editing && base && <Actions plan={plan} onEdit={() => setEditing(true)} onReview={() => setReviewing(true)} />
      }
    >
      {notice}
      {editing && base ? (
        <PlanEditor plan={plan} base={base} onDone={() => setEditing(false)} />
      ) : (
        <Shown plan={plan} />
      )}
      {reviewing && <PublishDialog plan={plan} onClose={() => setReviewing(false)} />}
    </Page>
  );
}

export function PlanScreen({ planKey }: { planKey: string }) {
  const messages = useMessages();
  const { data, failure, loading, retry } = useGraphQuery(PlanDocument, { key: planKey });
  if (data?.plan) {
    return <LoadedScreen plan={data.plan} notice={failure && <StaleNotice failure={failure} onRetry={retry} />} />;
  }
  const missing = { code: 'not-found', message: messages.plans.notFound(planKey), requestId: null };
  return (
    <Page above={<BackLink />} title={messages.plans.title}>
      <Card flush>
        {loading ? <SkeletonRows count={7} /> : <ErrorState failure={failure ?? missing} onRetry={retry} />}
      </Card>
    </Page>
  );
}
