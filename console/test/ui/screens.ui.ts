/** Every screen in light and dark, in English and French (and once in Vietnamese): looks, accessibility, policy. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Look, openStage, problemsOf, type Size, type Stage, shoot, violationsOf } from './browser';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

interface Screen {
  name: string;
  path: string;
  ready: (page: Page) => Promise<unknown>;
}

const waitFor = (testId: string) => (page: Page) => page.getByTestId(testId).first().waitFor();

async function editedPlan(page: Page) {
  await page.getByTestId('plan-edit').click();
  await page.getByTestId('plan-limit-input-members').fill('120');
  await page.getByTestId('plan-price-input-USD-MONTHLY').fill('89');
}

async function reviewedPlan(page: Page) {
  await editedPlan(page);
  await page.getByTestId('plan-save-draft').click();
  await page.getByTestId('plan-review').click();
  await page.getByTestId('plan-changes').waitFor();
}

async function faultyPlan(page: Page) {
  await page.getByTestId('plan-edit').click();
  await page.getByTestId('plan-limit-input-members').fill('many');
  await page.getByTestId('plan-limit-input-projects').fill('9000000');
  await page.getByTestId('plan-save-draft').click();
  await page.getByTestId('plan-problems').waitFor();
}

async function palette(page: Page) {
  await waitFor('card-mrr')(page);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('or');
}

async function fullFeed(page: Page) {
  await page.getByTestId('feed-event').nth(7).waitFor();
}

const SCREENS: readonly Screen[] = [
  { name: 'sign-in', path: '/?signedOut', ready: waitFor('sign-in-submit') },
  { name: 'revenue', path: '/revenue', ready: waitFor('mrr-chart') },
  { name: 'plans', path: '/plans', ready: waitFor('plan-row-professional') },
  { name: 'plan', path: '/plans/professional', ready: waitFor('plan-edit') },
  { name: 'plan-editor', path: '/plans/professional', ready: editedPlan },
  { name: 'plan-faults', path: '/plans/professional', ready: faultyPlan },
  { name: 'plan-review', path: '/plans/professional', ready: reviewedPlan },
  { name: 'organizations', path: '/organizations?pace=999999', ready: waitFor('organization-row-alder-foods') },
  { name: 'organization', path: '/organizations/linden-press?pace=999999', ready: waitFor('quota-bar-members') },
  { name: 'feed', path: '/feed?pace=60', ready: fullFeed },
  { name: 'palette', path: '/revenue', ready: palette },
];

const STATES: readonly Screen[] = [
  ...['revenue', 'plans', 'organizations'].flatMap((screen): Screen[] => [
    { name: `${screen}-empty`, path: `/${screen}?empty`, ready: waitFor('empty-state') },
    { name: `${screen}-failing`, path: `/${screen}?failing=INTERNAL`, ready: waitFor('error-state') },
    {
      name: `${screen}-loading`,
      path: `/${screen}?hanging`,
      ready: (page) => page.getByRole('status', { name: 'Loading' }).first().waitFor(),
    },
  ]),
  { name: 'feed-empty', path: '/feed?empty', ready: waitFor('empty-state') },
  { name: 'organization-missing', path: '/organizations/nobody', ready: waitFor('error-state') },
  { name: 'offline', path: '/revenue?offline', ready: waitFor('offline-banner') },
];

/** axe sees structure and colour: once per theme in English, once more in French for its labels. */
const needsAxe = ({ theme, language }: Look) => language === 'en' || theme === 'light';

async function check(screen: Screen, look: Look, size?: Size, suffix = ''): Promise<void> {
  const page = await stage.open(screen.path, look, size);
  await screen.ready(page);
  await page.evaluate(() => document.fonts.ready);
  await shoot(page, `${screen.name}-${look.theme}-${look.language}${suffix}`);
  if (needsAxe(look)) expect(await violationsOf(page)).toEqual([]);
  expect(problemsOf(page)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await page.context().close();
}

const LOOKS: readonly Look[] = [
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'en' },
  { theme: 'light', language: 'fr' },
  { theme: 'dark', language: 'fr' },
];

describe.each(LOOKS.map((look) => [`${look.theme} ${look.language}`, look] as const))('%s', (_name, look) => {
  it.each(SCREENS)('$name', (screen) => check(screen, look));
});

describe('in Vietnamese', () => {
  it.each(SCREENS.filter(({ name }) => ['sign-in', 'revenue', 'organizations'].includes(name)))('$name', (screen) =>
    check(screen, { theme: 'light', language: 'vi' }),
  );
});

describe.each(['light', 'dark'] as const)('states in %s', (theme) => {
  it.each(STATES)('$name', (screen) => check(screen, { theme, language: 'en' }));
});

/** The smallest window that the shell allows. */
const SMALLEST: Size = { width: 960, height: 600 };

describe('in the smallest window', () => {
  it.each(SCREENS)('$name', (screen) => check(screen, { theme: 'dark', language: 'fr' }, SMALLEST, '-small'));
});
