/** Organizations: searched, filtered, sorted and paged by the server (CON-4). */
import { Building2, SearchX } from 'lucide-react';
import { useCallback } from 'react';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { Pager } from '@/components/pager';
import { SkeletonRows } from '@/components/skeleton';
import { Empty, ErrorState, StaleNotice } from '@/components/states';
import { OrganizationsDocument } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';
import { Filters } from './filters';
import { OrganizationList } from './organization-list';
import { isFiltered, type OrganizationSearch, variablesOf } from './search';

interface ScreenProps {
  search: OrganizationSearch;
  /** Writes the new state to the address. */
  onSearch: (search: OrganizationSearch) => void;
}

const NO_FILTER: Partial<OrganizationSearch> = { text: undefined, plan: undefined, status: undefined };

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const messages = useMessages().organizations;
  if (!filtered) return <Empty icon={Building2} title={messages.emptyTitle} body={messages.emptyBody} />;
  return (
    <Empty
      icon={SearchX}
      title={messages.noMatchTitle}
      body={messages.noMatchBody}
      action={<Button onClick={onClear}>{messages.clearFilters}</Button>}
    />
  );
}

export function OrganizationsScreen({ search, onSearch }: ScreenProps) {
  const messages = useMessages().organizations;
  const { data, failure, loading, refreshing, retry } = useGraphQuery(OrganizationsDocument, variablesOf(search), {
    keepPrevious: true,
  });
  const page = data?.organizations;
  // A new filter or order starts at the first page: the old cursor belongs to another list.
  const change = useCallback(
    (part: Partial<OrganizationSearch>) => onSearch({ ...search, ...part, after: undefined, before: undefined }),
    [onSearch, search],
  );
  return (
    <Page title={messages.title} subtitle={page ? messages.count(page.totalCount) : '\u00a0'}>
      <Filters search={search} onChange={change} />
      {page && failure && <StaleNotice failure={failure} onRetry={retry} />}
      <Card flush>
        {loading && <SkeletonRows count={7} height="h-16" />}
        {!page && failure && <ErrorState failure={failure} onRetry={retry} />}
        {page && page.nodes.length === 0 && <Nothing filtered={isFiltered(search)} onClear={() => change(NO_FILTER)} />}
        {page && page.nodes.length > 0 && <OrganizationList organizations={page.nodes} />}
      </Card>
      {page && (
        <div className="flex justify-end">
          <Pager
            pageInfo={page.pageInfo}
            busy={refreshing}
            onTurn={(turn) => onSearch({ ...search, after: undefined, before: undefined, ...turn })}
          />
        </div>
      )}
    </Page>
  );
}
