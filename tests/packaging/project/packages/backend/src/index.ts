import { version } from '@backstage-vertex-ai/core';
import { Gate, deploy, validate } from '@backstage-vertex-ai/core/server';

/** Returns the line of the first finding in a text. */
export function firstLine(text: string): number | undefined {
  return validate({ source: { text } }).diagnostics[0]?.where?.start?.line;
}

export const facts = { version: version(), gate: typeof Gate, deploy: typeof deploy };
