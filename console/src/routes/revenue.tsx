/** /revenue */
import { createFileRoute } from '@tanstack/react-router';
import { RevenueScreen } from '@/features/revenue/revenue-screen';

export const Route = createFileRoute('/revenue')({ component: RevenueScreen });
