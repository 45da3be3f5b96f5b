/** What state a plan is in: its published version, whether a draft waits, whether it is private or archived. */
import { Badge } from '@/components/badge';
import { useMessages } from '@/i18n';
import type { Plan } from './plan';

export function PlanBadges({ plan }: { plan: Plan }) {
  const messages = useMessages().plans;
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      {plan.currentVersion ? (
        <Badge
          tone="normal"
          title={messages.published}
          data-testid="plan-published-version"
          data-version={plan.currentVersion.number}
        >
          v{plan.currentVersion.number}
        </Badge>
      ) : (
        <Badge>{messages.unpublished}</Badge>
      )}
      {plan.draft && (
        <Badge tone="warning" data-testid="plan-draft-version" data-version={plan.draft.number}>
          {messages.draftOf(plan.draft.number)}
        </Badge>
      )}
      {!plan.isPublic && <Badge>{messages.private}</Badge>}
      {plan.archivedAt && <Badge>{messages.archived}</Badge>}
    </span>
  );
}
