/** The house rules of the console (architecture.md, rule 4), read off the import lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface SourceFile {
  path: string;
  text: string;
  imports: string[];
}

const GENERATED = /^src\/(gql\/|route-tree\.gen\.ts)/;

const files: SourceFile[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path}`)
  .filter((path) => /\.tsx?$/.test(path) && !GENERATED.test(path))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map(([, target = '']) => target);
    return { path, text, imports };
  });

const featureOf = (path: string) => /^src\/features\/([^/]+)\//.exec(path)?.[1];
const breaches = (wrong: (file: SourceFile, target: string) => boolean) =>
  files.flatMap((file) =>
    file.imports.filter((target) => wrong(file, target)).map((target) => `${file.path} → ${target}`),
  );

describe('the console', () => {
  it('has source files to judge', () => {
    expect(files.length).toBeGreaterThan(60);
  });

  it('knows Tauri in platform/ only', () => {
    expect(
      breaches(({ path }, target) => target.startsWith('@tauri-apps/') && !path.startsWith('src/platform/')),
    ).toEqual([]);
  });

  it('keeps its features apart', () => {
    const foreign = breaches(({ path }, target) => {
      const own = featureOf(path);
      const other = /^@\/features\/([^/]+)/.exec(target)?.[1];
      return own !== undefined && ((other !== undefined && other !== own) || target.startsWith('../'));
    });
    expect(foreign).toEqual([]);
  });

  it('lets only routes and the app compose features', () => {
    const outside = breaches(
      ({ path }, target) => target.startsWith('@/features/') && !/^src\/(routes\/|features\/|app\.tsx)/.test(path),
    );
    expect(outside).toEqual([]);
  });

  it('lets nothing but the loader reach for the fixtures', () => {
    const reaching = breaches(
      ({ path }, target) =>
        /(^|\/)memory(\/|$)/.test(target) &&
        !path.startsWith('src/platform/memory/') &&
        path !== 'src/platform/index.ts',
    );
    expect(reaching).toEqual([]);
  });

  it('talks to the server through the platform only', () => {
    const talking = files.filter(({ text }) => /\bfetch\(|new WebSocket|new EventSource|XMLHttpRequest/.test(text));
    expect(talking.map(({ path }) => path)).toEqual([]);
  });

  it('says in each file why it exists, and keeps files short', () => {
    expect(files.filter(({ text }) => !text.startsWith('/**')).map(({ path }) => path)).toEqual([]);
    const long = files.filter(({ path, text }) => text.split('\n').length > 350 && !path.includes('/messages/'));
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
