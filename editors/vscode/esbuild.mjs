// Bundles the extension into one file, and the licences of what is in it into another.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // Only VS Code itself provides this.
  external: ['vscode'],
  minify: true,
  metafile: true,
});

const folders = Object.keys(metafile.inputs).flatMap((input) => input.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []);
await writeFile('dist/NOTICE', (await Promise.all([...new Set(folders)].sort().map(notice))).join('\n\n'));

/** The licence of a package. */
async function notice(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) {
    throw new Error(`${name} has no licence to ship`);
  }
  return `${name} ${version} (${license})\n\n${await readFile(`${folder}/${file}`, 'utf8')}`;
}
