/** /plans/:key */
import { createFileRoute } from '@tanstack/react-router';
import { PlanScreen } from '@/features/plans/plan-screen';

export const Route = createFileRoute('/plans/$key')({ component: PlanRoute });

function PlanRoute() {
  const { key } = Route.useParams();
  return <PlanScreen key={key} planKey={key} />;
}
