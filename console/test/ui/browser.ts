/** Chromium on the built preview. Breaches of the content security policy and page errors are collected, so that a test can refuse them. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where screenshots go; not committed. */
export const ARTIFACTS = fileURLToPath(new URL('../../artifacts/', import.meta.url));

export interface Look {
  theme: 'light' | 'dark';
  language: 'en' | 'fr' | 'vi';
}

export interface Size {
  width: number;
  height: number;
}

const USUAL: Size = { width: 1280, height: 800 };

export interface Stage {
  /** Opens an address of the preview in a fresh, empty browser context. */
  open(path: string, look?: Partial<Look>, size?: Size): Promise<Page>;
  close(): Promise<void>;
}

const problems = new WeakMap<Page, string[]>();

/** Page errors, console errors and policy breaches since the page opened. */
export function problemsOf(page: Page): readonly string[] {
  return problems.get(page) ?? [];
}

function collect(page: Page): void {
  const found: string[] = [];
  problems.set(page, found);
  page.on('pageerror', (error) => found.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => found.push(`request failed: ${request.url()}`));
}

/** Builds the preview once and serves it with the window's content security policy. */
export async function openStage(): Promise<Stage> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await build({ root: ROOT, mode: 'fixtures', logLevel: 'warn' });
  const server: PreviewServer = await preview({ root: ROOT, mode: 'fixtures', preview: { port: 0 }, logLevel: 'warn' });
  const base = server.resolvedUrls?.local[0];
  if (!base) throw new Error('the preview has no address');
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    async open(path, { theme = 'light', language = 'en' } = {}, viewport = USUAL) {
      const locale = { en: 'en-US', fr: 'fr-FR', vi: 'vi-VN' }[language];
      const context = await browser.newContext({
        viewport,
        colorScheme: theme,
        locale,
        timezoneId: 'UTC',
      });
      const page = await context.newPage();
      collect(page);
      // Animations are over before the picture is taken and the colours are measured.
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: theme });
      await page.goto(new URL(path, base).href);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** What axe finds on the page, one line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
  );
}

/** Takes a picture of what is in the window. */
export async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${ARTIFACTS}${name}.png` });
}
