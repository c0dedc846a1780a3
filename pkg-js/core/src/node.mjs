// Node: all of the core, loaded from disk at the first call.
import { checking, provide } from './bindings';

provide(() => require('../dist/generated/server/core.cjs'), { onDemand: true });
checking.provide(() => require('../dist/generated/check/core.cjs'), {
  onDemand: true,
});

export * from './server';
