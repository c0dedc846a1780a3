// Neither files nor fetch at hand: jest with jsdom, and `require` in browser bundles. The script contains the wasm.
import * as bindings from '../dist/generated/browser/core.js';
import wasm from '../dist/generated/browser/core_bg.wasm';
import { provide } from './bindings';

function load() {
  bindings.initSync({ module: wasm });
  return bindings;
}

provide(load, { onDemand: true });

export * from './index';
