// Node: all of the core, loaded from disk at the first call.
import * as bindings from '../dist/generated/server/core.cjs';
import { provide } from './bindings';

provide(() => bindings, { onDemand: true });

export * from './server';
