/** The bundle that ships: no fixtures, no inline script, nothing from another host. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let files: Array<{ path: string; text: string }>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bursar-console-'));
  await build({ root: ROOT, mode: 'production', logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile() && /\.(js|css|html|svg)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const holding = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

describe('the shipped bundle', () => {
  it('holds the console', () => {
    expect(files.map(({ path }) => path)).toContain('index.html');
    expect(holding(/session_state/)).not.toEqual([]);
  });

  it('holds no fixtures', () => {
    expect(holding(/Northwind|createPreviewPlatform|correct horse/)).toEqual([]);
  });

  it('runs under a policy without inline code or eval', () => {
    const html = files.find(({ path }) => path === 'index.html')?.text ?? '';
    expect(html.match(/<script(?![^>]*\bsrc=)/g)).toBeNull();
    expect(html).not.toMatch(/\son\w+=|<style/);
    expect(holding(/\beval\(/)).toEqual([]);
  });

  it('loads nothing from another host', () => {
    expect(holding(/(?:src|href)="https?:|url\(["']?https?:|@import ["']https?:/)).toEqual([]);
  });
});
