import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef, RELATION_OWNED_BY } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import {
  deploymentNotice,
  type DeploymentNotice,
} from '@backstage-vertex-ai/core/server';
import { toDeployment, type Row } from './deployments/row';

/** Tells the starter of a deployment, and the owners of its entity, that it has ended. */
export class Notices {
  /** Deployments that this process has told. */
  private readonly told = new Set<string>();

  constructor(
    private readonly options: {
      auth: AuthService;
      catalog: CatalogService;
      logger: LoggerService;
      notifications: NotificationService;
    },
  ) {}

  /**
   * Sends the notifications once. The owners learn the end and not its reason: whether they may read the deployment is decided when they
   * open it.
   *
   * @returns whether nobody is left to tell
   */
  async send(row: Row): Promise<boolean> {
    const { logger } = this.options;
    const notice = deploymentNotice(toDeployment(row));
    if (!notice || this.told.has(row.id)) return true;
    this.told.add(row.id);
    try {
      const { description, ...bare } = notice;
      const owners = await this.owners(row.entity_ref);
      await this.notify(row, notice, { entityRef: row.user_ref });
      if (owners.length > 0) {
        await this.notify(row, bare, {
          entityRef: owners,
          excludeEntityRef: row.user_ref,
        });
      }
      return true;
    } catch (error) {
      this.told.delete(row.id);
      logger.debug(`A notification was not sent: ${(error as Error).name}`, {
        deployment: row.id,
      });
      return false;
    }
  }

  private async notify(
    row: Row,
    notice: DeploymentNotice,
    to: { entityRef: string | string[]; excludeEntityRef?: string },
  ): Promise<void> {
    await this.options.notifications.send({
      recipients: { type: 'entity', ...to },
      payload: {
        ...notice,
        link: pathOf(row),
        topic: 'vertex-ai',
        // Sent twice, it stays one notification.
        scope: `vertex-ai:${row.id}`,
      },
    });
  }

  private async owners(entityRef: string): Promise<string[]> {
    const { auth, catalog } = this.options;
    const credentials = await auth.getOwnServiceCredentials();
    const entity = await catalog.getEntityByRef(entityRef, { credentials });
    return (entity?.relations ?? [])
      .filter(({ type }) => type === RELATION_OWNED_BY)
      .map(({ targetRef }) => targetRef);
  }
}

/** The deployment's page below the tab *Vertex AI*, relative to the portal. */
function pathOf({ id, entity_ref }: Row): string {
  const { kind, namespace, name } = parseEntityRef(entity_ref);
  const parts = [namespace, kind, name].map(encodeURIComponent);
  return `/catalog/${parts.join('/')}/vertex-ai/deployments/${id}`;
}
