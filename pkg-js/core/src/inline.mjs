// Where neither files nor fetch are at hand: jest with jsdom, and `require` in browser bundles. The wasm is in the script.
import * as bindings from '../dist/generated/browser/core.js';
import wasm from '../dist/generated/browser/core_bg.wasm';
import { common, createFacade } from './facade.mjs';

function load() {
  bindings.initSync({ module: wasm });
  return bindings;
}

export const { init, version, annotations, validate, status } = common(
  createFacade(load, { sync: true }),
);
