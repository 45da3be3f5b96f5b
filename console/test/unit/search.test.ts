/** The organizations list asks the server; the palette finds without accents. */
import { Circle } from 'lucide-react';
import { describe, expect, it } from 'vitest';
import { organizationSearch, variablesOf } from '@/features/organizations/search';
import { type Command, matching } from '@/features/shell/commands';

describe('the address of the list', () => {
  it('becomes filter, order and page', () => {
    expect(variablesOf({ text: 'acme', plan: 'free', status: 'TRIAL', sort: '-created', after: 'c1' })).toEqual({
      filter: { text: 'acme', planKey: 'free', status: 'TRIAL' },
      orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      first: 12,
      after: 'c1',
    });
  });

  it('pages backwards from a cursor', () => {
    expect(variablesOf({ before: 'c2' })).toEqual({
      filter: {},
      orderBy: { field: 'NAME', direction: 'ASC' },
      last: 12,
      before: 'c2',
    });
  });

  it('ignores what it does not know', () => {
    expect(organizationSearch.parse({ sort: 'colour', status: 'HAPPY', text: 42, more: 1 })).toEqual({ text: '42' });
  });
});

describe('the palette', () => {
  const command = (group: string, label: string): Command => ({
    id: label,
    group,
    label,
    icon: Circle,
    run: () => undefined,
  });
  const commands = [
    command('Aller à', 'Organisations'),
    command('Préférences', 'Thème: Sombre'),
    command('Đi đến', 'Gói dịch vụ'),
  ];
  const found = (typed: string) => matching(commands, typed).map(({ label }) => label);

  it('finds every word, in any order, without accents', () => {
    expect(found('')).toHaveLength(3);
    expect(found('theme sombre')).toEqual(['Thème: Sombre']);
    expect(found('sombre PREF')).toEqual(['Thème: Sombre']);
    expect(found('goi dich')).toEqual(['Gói dịch vụ']);
    expect(found('di den')).toEqual(['Gói dịch vụ']);
    expect(found('sombre clair')).toEqual([]);
  });
});
