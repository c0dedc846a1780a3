import { init, validate } from '@backstage-vertex-ai/core';
import type { Code, CoreError, EntitySource } from '@backstage-vertex-ai/core';

/** Returns the codes of the findings, or the code of the thrown error. */
export async function codes(source: EntitySource): Promise<Code[]> {
  await init();
  try {
    return validate({ source }).diagnostics.map(finding => finding.code);
  } catch (error) {
    return [(error as CoreError).code];
  }
}
