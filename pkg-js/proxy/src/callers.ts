import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { DoorCaller } from '@backstage-vertex-ai/core/server';

interface Principal {
  type: string;
  userEntityRef?: string;
  subject?: string;
  actor?: { subject: string };
}

/**
 * Returns the caller in the core's terms. The core rejects a principal that is neither user nor service.
 *
 * @param authorization the header from which the credentials were verified
 */
export function readCaller(
  credentials: BackstageCredentials,
  authorization?: string,
): DoorCaller {
  const { type, userEntityRef, subject, actor } =
    credentials.principal as Principal;
  return {
    kind: type,
    ref: userEntityRef,
    subject,
    actor: actor?.subject,
    credentials: authorization,
  } as DoorCaller;
}
