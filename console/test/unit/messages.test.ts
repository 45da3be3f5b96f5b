/** The catalogs say everything, in their own language. */
import { describe, expect, it } from 'vitest';
import { en } from '@/i18n/messages/en';
import { fr } from '@/i18n/messages/fr';
import { vi } from '@/i18n/messages/vi';

function leaves(value: unknown, path: string): Array<[string, string]> {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value(3, 'B', 'C', 'D'))]];
  return Object.entries(value as object).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

/** The same word in both languages, rightly. */
const SHARED =
  /^(revenue\.(mrr|arr|ofTwelve|new|expansion|contraction|net)|organizations\.(quotas|version|slug|inactive)|plans\.(version|versions|plan)|nav\.version|level\.NORMAL|signIn\.email|palette\.|common\.)/;

describe.each([
  ['French', fr],
  ['Vietnamese', vi],
])('%s', (_name, catalog) => {
  const english = new Map(leaves(en, ''));

  it('has a text for everything', () => {
    const texts = leaves(catalog, '');
    expect(texts.map(([path]) => path).sort()).toEqual([...english.keys()].sort());
    expect(texts.filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('leaves nothing in English', () => {
    const same = leaves(catalog, '').filter(([path, text]) => english.get(path) === text && !SHARED.test(path));
    expect(same).toEqual([]);
  });
});

describe('plurals', () => {
  it('follow each language', () => {
    expect(en.organizations.count(0)).toBe('0 organizations');
    expect(en.organizations.count(1)).toBe('1 organization');
    expect(fr.organizations.count(0)).toBe('0 organisation');
    expect(fr.organizations.count(2)).toBe('2 organisations');
    expect(vi.organizations.count(2)).toBe('2 tổ chức');
  });
});
