/** /organizations, with the list's state in the address */
import { createFileRoute } from '@tanstack/react-router';
import { useCallback } from 'react';
import { OrganizationsScreen } from '@/features/organizations/organizations-screen';
import { type OrganizationSearch, organizationSearch } from '@/features/organizations/search';

export const Route = createFileRoute('/organizations/')({
  validateSearch: (search): OrganizationSearch => organizationSearch.parse(search),
  component: OrganizationsRoute,
});

function OrganizationsRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const onSearch = useCallback(
    (next: OrganizationSearch) => void navigate({ search: next, replace: true }),
    [navigate],
  );
  return <OrganizationsScreen search={search} onSearch={onSearch} />;
}
