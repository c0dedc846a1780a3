// Assembles dist/ from dist/generated/, which `cargo xtask build` has filled with the bindings of each build.
import { build } from 'esbuild';
import { copyFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const bundle = {
  bundle: true,
  logLevel: 'warning',
  legalComments: 'none',
  target: 'es2022',
};

await Promise.all([
  build({
    ...bundle,
    entryPoints: ['src/web.mjs'],
    outfile: 'dist/web.mjs',
    format: 'esm',
    platform: 'neutral',
  }),
  build({
    ...bundle,
    entryPoints: ['src/inline.mjs'],
    outfile: 'dist/inline.cjs',
    format: 'cjs',
    platform: 'neutral',
    loader: { '.wasm': 'binary' },
    define: { 'import.meta.url': '""' },
  }),
  build({
    ...bundle,
    entryPoints: ['src/node.mjs'],
    outfile: 'dist/node.cjs',
    format: 'cjs',
    platform: 'node',
    plugins: [
      {
        // The generated file reads its wasm from its own folder, so it stays where it is.
        name: 'keep-generated',
        setup: ({ onResolve }) =>
          onResolve({ filter: /generated\/(server|check)\// }, ({ path }) => ({
            path: path.replace('../dist', '.'),
            external: true,
          })),
      },
    ],
  }),
  copyFile('dist/generated/browser/core_bg.wasm', 'dist/core_bg.wasm'),
]);

// One instance for `import` and `require`: the ESM entries only pass on what the CommonJS one made.
const require = createRequire(import.meta.url);
for (const [entry, names] of [
  ['node', Object.keys(require('./dist/inline.cjs'))],
  ['server', Object.keys(require('./dist/node.cjs'))],
]) {
  await writeFile(
    `dist/${entry}.mjs`,
    `import core from './node.cjs';\nexport const { ${names.join(', ')} } = core;\n`,
  );
}
