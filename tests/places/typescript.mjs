// Lets Node run the adapters' TypeScript as it stands: imports without an ending, and the frontend with the browsers' core.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const browsersCore = new URL('browsers-core.mjs', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    if (
      specifier === '@backstage-vertex-ai/core' &&
      parentURL.includes('/pkg-js/frontend/')
    ) {
      return { url: browsersCore, shortCircuit: true };
    }
    if (specifier.startsWith('.') && parentURL.endsWith('.ts')) {
      const url = new URL(`${specifier}.ts`, parentURL);
      if (existsSync(fileURLToPath(url))) {
        return { url: url.href, shortCircuit: true };
      }
    }
    return next(specifier, context);
  },
});
