/** /plans */
import { createFileRoute } from '@tanstack/react-router';
import { PlansScreen } from '@/features/plans/plans-screen';

export const Route = createFileRoute('/plans/')({ component: PlansScreen });
