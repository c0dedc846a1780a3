// Browsers, through a bundler that understands `new URL(…, import.meta.url)`: rspack, webpack, Vite, rollup.
import start, * as bindings from '../dist/generated/browser/core.js';
import { provide } from './bindings';

async function load(source = new URL('./core_bg.wasm', import.meta.url)) {
  await start({ module_or_path: source });
  return bindings;
}

provide(load, { onDemand: false });

export * from './index';
