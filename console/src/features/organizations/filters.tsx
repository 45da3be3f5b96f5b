/** Search, filters and sort above the list. Typing waits a moment before it asks the server. */
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Input, Select } from '@/components/field';
import { PlanChoicesDocument } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';
import { type OrganizationSearch, type Sort, STATUS_CHOICES } from './search';

const TYPING_PAUSE_MS = 250;

interface FiltersProps {
  search: OrganizationSearch;
  onChange: (change: Partial<OrganizationSearch>) => void;
}

function SearchField({ search, onChange }: FiltersProps) {
  const messages = useMessages().organizations;
  const [typed, setTyped] = useState(search.text ?? '');
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(search.text ?? '');
  const underway = useRef<string[]>([]);

  useEffect(() => {
    const shown = search.text ?? '';
    // Our own words come back through the address, perhaps after more has been typed.
    const own = underway.current.indexOf(shown);
    underway.current.splice(0, own + 1);
    if (own >= 0 || shown === sent.current) return;
    // The address changed from elsewhere (palette, back, "clear"): follow it.
    sent.current = shown;
    setTyped(shown);
  }, [search.text]);

  useEffect(() => {
    if (typed.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed.trim();
      underway.current.push(sent.current);
      onChange({ text: sent.current || undefined });
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const inField = event.target instanceof HTMLElement && event.target.closest('input, select, textarea, dialog');
      if (event.key !== '/' || inField) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <div className="relative w-72">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-faint" />
      <Input
        ref={input}
        type="search"
        className="pl-8"
        aria-label={messages.search}
        aria-keyshortcuts="/"
        placeholder={messages.search}
        data-testid="organization-search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}

export function Filters({ search, onChange }: FiltersProps) {
  const messages = useMessages();
  const texts = messages.organizations;
  const { data } = useGraphQuery(PlanChoicesDocument, {}, { requestPolicy: 'cache-first' });
  const plans = [...(data?.plans.nodes ?? [])].sort((a, b) => a.tier - b.tier);
  const sorts: Record<Sort, string> = {
    name: texts.sortName,
    '-name': texts.sortNameDesc,
    '-created': texts.sortNewest,
    created: texts.sortOldest,
  };
  return (
    <search className="flex flex-wrap items-center gap-2">
      <SearchField search={search} onChange={onChange} />
      <Select
        className="w-40"
        aria-label={texts.planFilter}
        data-testid="organization-plan-filter"
        value={search.plan ?? ''}
        onChange={(event) => onChange({ plan: event.target.value || undefined })}
      >
        <option value="">{texts.anyPlan}</option>
        {plans.map((plan) => (
          <option key={plan.id} value={plan.key}>
            {plan.name}
          </option>
        ))}
      </Select>
      <Select
        className="w-40"
        aria-label={texts.statusFilter}
        data-testid="organization-status-filter"
        value={search.status ?? ''}
        onChange={(event) => onChange({ status: STATUS_CHOICES.find((status) => status === event.target.value) })}
      >
        <option value="">{texts.anyStatus}</option>
        {STATUS_CHOICES.map((status) => (
          <option key={status} value={status}>
            {messages.status[status]}
          </option>
        ))}
      </Select>
      <Select
        className="ml-auto w-44"
        aria-label={texts.sort}
        data-testid="organization-sort"
        value={search.sort ?? 'name'}
        onChange={(event) => onChange({ sort: event.target.value as Sort })}
      >
        {Object.entries(sorts).map(([sort, label]) => (
          <option key={sort} value={sort}>
            {label}
          </option>
        ))}
      </Select>
    </search>
  );
}
