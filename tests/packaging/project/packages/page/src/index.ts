import { init, validate } from '@backstage-vertex-ai/core';
import type { CoreError, EntitySource } from '@backstage-vertex-ai/core';

/** The findings' codes, or the code of what was thrown. */
export async function codes(source: EntitySource): Promise<string[]> {
  await init();
  try {
    return validate({ source }).diagnostics.map(finding => finding.code);
  } catch (error) {
    return [(error as CoreError).code];
  }
}
