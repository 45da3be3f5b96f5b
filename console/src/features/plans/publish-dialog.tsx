/** Review before publishing: what changes, for whom; publishing quotes the hash of what was seen (CAT-4). */
import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { SkeletonRows } from '@/components/skeleton';
import { ErrorState } from '@/components/states';
import { Cell, HeaderCell, Row, RowHeader, Table } from '@/components/table';
import { useToast } from '@/components/toast';
import { PlanPublicationDocument, type PlanPublicationQuery, PublishPlanDocument } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { failureOf } from '@/platform/failure';
import { useGraphQuery } from '@/platform/use-graph-query';
import type { Plan } from './plan';
import { useChangeText } from './use-change-text';

type Preview = PlanPublicationQuery['previewPlanPublication'];

function Changes({ plan, preview }: { plan: Plan; preview: Preview }) {
  const messages = useMessages().plans;
  const text = useChangeText(plan);
  if (preview.changes.length === 0) return <p className="text-sm text-ink-faint">{messages.noChanges}</p>;
  return (
    <div className="rounded-lg border border-line" data-testid="plan-changes">
      <Table label={messages.changes}>
        <thead>
          <tr>
            <HeaderCell>{messages.changes}</HeaderCell>
            <HeaderCell numeric>{messages.before}</HeaderCell>
            <HeaderCell>
              <span className="sr-only">→</span>
            </HeaderCell>
            <HeaderCell>{messages.after}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {preview.changes.map((change) => {
            const { label, before, after } = text(change);
            return (
              <Row key={change.path} data-path={change.path}>
                <RowHeader className="font-normal">{label}</RowHeader>
                <Cell numeric className="text-ink-faint line-through decoration-line-strong">
                  {before}
                </Cell>
                <Cell className="w-6 px-0 text-ink-faint">
                  <ArrowRight aria-hidden className="size-3.5" />
                </Cell>
                <Cell className="font-semibold">{after}</Cell>
              </Row>
            );
          })}
        </tbody>
      </Table>
    </div>
  );
}

/** Mounted only while open, so that each opening asks for the preview anew. */
export function PublishDialog({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const messages = useMessages();
  const toast = useToast();
  const { data, failure, loading, retry } = useGraphQuery(
    PlanPublicationDocument,
    { input: { planKey: plan.key } },
    { requestPolicy: 'network-only' },
  );
  const [{ fetching }, publish] = useMutation(PublishPlanDocument);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const preview = data?.previewPlanPublication;

  const confirm = async () => {
    if (!preview) return;
    const result = await publish({ input: { planKey: plan.key, previewHash: preview.hash } });
    if (result.error) {
      setProblems([failureOf(result.error).message]);
      return;
    }
    const payload = result.data?.publishPlan;
    if (payload && payload.userErrors.length > 0) {
      const outdated = payload.userErrors.some(({ code }) => code === 'CONFLICT' || code === 'PRECONDITION_FAILED');
      setProblems(outdated ? [messages.plans.changedMeanwhile] : payload.userErrors.map(({ message }) => message));
      if (outdated) retry();
      return;
    }
    toast(messages.plans.publishedToast(plan.name, payload?.planVersion?.number ?? preview.planVersion.number));
    onClose();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={messages.plans.reviewTitle(plan.name, preview?.planVersion.number ?? plan.draft?.number ?? 1)}
      description={preview && messages.plans.reviewBody(preview.subscribersOnEarlierVersions)}
      footer={
        <>
          <Button onClick={onClose}>{messages.common.cancel}</Button>
          <Button
            variant="primary"
            busy={fetching}
            disabled={!preview || preview.changes.length === 0}
            onClick={confirm}
            data-testid="plan-publish"
          >
            {fetching ? messages.plans.publishing : messages.plans.publish}
          </Button>
        </>
      }
    >
      {problems.length > 0 && (
        <ul
          role="alert"
          data-testid="publish-problems"
          className="mb-3 rounded-md bg-exceeded-soft px-3 py-2 text-sm text-exceeded-ink"
        >
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {loading && <SkeletonRows count={2} />}
      {!preview && failure && <ErrorState failure={failure} onRetry={retry} />}
      {preview && <Changes plan={plan} preview={preview} />}
    </Dialog>
  );
}
