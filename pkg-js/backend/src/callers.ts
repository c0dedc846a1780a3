import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { DoorCaller } from '@backstage-vertex-ai/core/server';

interface Principal {
  type: string;
  userEntityRef?: string;
  subject?: string;
  actor?: { subject: string };
}

/** Returns a caller in the core's terms. */
export function readCaller(credentials: BackstageCredentials): DoorCaller {
  const { type, userEntityRef, subject, actor } =
    credentials.principal as Principal;
  return {
    kind: type,
    ref: userEntityRef,
    subject,
    actor: actor?.subject,
  } as DoorCaller;
}

/** The name of a caller in records, e.g. `user:default/alice` or `plugin:scaffolder`. */
export function nameOf(credentials: BackstageCredentials): string {
  const { userEntityRef, subject } = credentials.principal as Principal;
  return userEntityRef ?? subject!;
}
