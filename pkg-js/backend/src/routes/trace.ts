import type { LoggerService } from '@backstage/backend-plugin-api';
import { deploymentOutline } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import { toDeployment, toRequest, type Row } from '../deployments/row';
import type { Mandates } from '../mandates';

/** `GET /deployments/{id}/trace`: the plan of a deployment, its audit records in the proxy, and pages of Google's console about it. */
export function createTrace(options: {
  find(request: Request): Promise<{ row: Row }>;
  logger: LoggerService;
  mandates: Mandates;
}) {
  const { find, logger, mandates } = options;

  /** Returns nothing where the proxy does not respond: the rest is worth showing. */
  async function callsOf({ id, mandate }: Row) {
    if (!mandate) return [];
    try {
      return await mandates.calls(mandate);
    } catch (error) {
      logger.warn(`Audit records cannot be read: ${(error as Error).name}`, {
        deployment: id,
      });
      return undefined;
    }
  }

  return async (request: Request, response: Response) => {
    const { row } = await find(request);
    const { state, createdAt, mandate, model } = toDeployment(row);
    const outline = deploymentOutline({
      request: toRequest(row),
      state,
      createdAt,
      mandate,
      model,
    });
    response
      .set('cache-control', 'no-store')
      .json({ ...outline, calls: await callsOf(row) });
  };
}
