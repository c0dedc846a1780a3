import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { AuthenticationError } from '@backstage/errors';
import type { Caller } from '@backstage-vertex-ai/core/server';

interface Principal {
  type: string;
  userEntityRef?: string;
  subject?: string;
  actor?: { subject: string };
}

/** Who calls, as the core has it, and the service that acts for them if there is one. */
export function readCaller(credentials: BackstageCredentials): {
  caller: Caller;
  actor?: string;
} {
  const principal = credentials.principal as Principal;
  switch (principal.type) {
    case 'user':
      return {
        caller: { kind: 'user', ref: principal.userEntityRef! },
        actor: principal.actor?.subject,
      };
    case 'service':
      return { caller: { kind: 'service', subject: principal.subject! } };
    default:
      throw new AuthenticationError('The caller is neither user nor service');
  }
}
