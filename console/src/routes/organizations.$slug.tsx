/** /organizations/:slug */
import { createFileRoute } from '@tanstack/react-router';
import { OrganizationScreen } from '@/features/organizations/organization-screen';

export const Route = createFileRoute('/organizations/$slug')({ component: OrganizationRoute });

function OrganizationRoute() {
  const { slug } = Route.useParams();
  return <OrganizationScreen key={slug} slug={slug} />;
}
