import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { parseEntityRef, RELATION_OWNED_BY } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { deploymentNotice } from '@backstage-vertex-ai/core/server';
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

  /** Sends the notification once. A portal without the notifications plugin has nobody to tell. */
  async send(row: Row): Promise<void> {
    const { logger, notifications } = this.options;
    const notice = deploymentNotice(toDeployment(row));
    if (!notice || this.told.has(row.id)) return;
    this.told.add(row.id);
    try {
      await notifications.send({
        recipients: {
          type: 'entity',
          entityRef: [row.user_ref, ...(await this.owners(row.entity_ref))],
        },
        payload: {
          ...notice,
          link: pathOf(row),
          topic: 'vertex-ai',
          // Sent twice, it stays one notification.
          scope: `vertex-ai:${row.id}`,
        },
      });
    } catch (error) {
      logger.debug(`A notification was not sent: ${(error as Error).name}`, {
        deployment: row.id,
      });
    }
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
