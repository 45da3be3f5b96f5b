// Turns dist/ into what is committed: every file compressed, and the digests of what they were made from, so that a
// test can tell a bundle that is older than its sources.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

rmSync('bundle', { recursive: true, force: true });
mkdirSync('bundle');
for (const name of readdirSync('dist')) {
  writeFileSync(`bundle/${name}.gz`, gzipSync(readFileSync(`dist/${name}`), { level: 9 }));
}

const files = ['index.html', 'package-lock.json', 'package.json', 'vite.config.js'];
for (const folder of ['build', 'src']) {
  files.push(...readdirSync(folder).map((name) => `${folder}/${name}`));
}
const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const lines = files.sort().map((file) => `${digest(file)}  ${file}\n`);
writeFileSync('bundle/sources.sha256', lines.join(''));
