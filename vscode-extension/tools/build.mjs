// Bundles src/extension.ts and what it imports into dist/extension.js; `--watch` keeps doing so.
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');

const context = await esbuild.context({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: !watch,
  sourcemap: watch,
  logLevel: 'warning',
});

if (watch) {
  await context.watch();
} else {
  await context.rebuild();
  await context.dispose();
}
