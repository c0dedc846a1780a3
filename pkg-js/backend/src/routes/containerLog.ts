import type { HttpAuthService } from '@backstage/backend-plugin-api';
import type { Request, Response } from 'express';
import type { ContainerLogs } from '../deployments/containerLogs';
import type { Row } from '../deployments/row';
import type { DeploymentPermissions } from '../permissions';

/** `GET /deployments/{id}/log`: the redacted lines of the container, for users with the permission on the entity. */
export function createContainerLog(options: {
  containerLogs: ContainerLogs;
  find(request: Request): Promise<{ row: Row }>;
  httpAuth: HttpAuthService;
  permissions: DeploymentPermissions;
}) {
  const { containerLogs, find, httpAuth, permissions } = options;
  return async (request: Request, response: Response) => {
    // A service without a user has no permissions of its own.
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const { row } = await find(request);
    await permissions.ensure('logs', row.entity_ref, credentials);
    response
      .set('cache-control', 'no-store')
      .json(await containerLogs.read(row.id));
  };
}
