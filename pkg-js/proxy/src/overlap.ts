import type { Config } from '@backstage/config';
import { ConflictError } from '@backstage/errors';
import { type Request, type Response, Router } from 'express';

/**
 * Rejects a configuration in which an endpoint of the stock proxy covers a route, or a path below it: calls would bypass the door.
 *
 * @param route e.g. `/vertex-ai`
 * @throws ConflictError that names the endpoint
 */
export function rejectOverlap(config: Config, route: string) {
  const proxy = config.getOptionalConfig('proxy');
  const endpoints = [
    ...(proxy?.getOptionalConfig('endpoints')?.keys() ?? []),
    // Endpoints of the older configuration are keys that begin with a slash.
    ...(proxy?.keys() ?? []).filter(key => key.startsWith('/')),
  ];
  for (const endpoint of endpoints) {
    const plain = `/${endpoint}/`.replace(/\/+/g, '/').toLowerCase();
    if (plain.startsWith(`${route}/`) || covers(endpoint, route)) {
      throw new ConflictError(
        `The proxy endpoint '${endpoint}' overlaps '${route}' of the Vertex AI module: rename or remove the endpoint`,
      );
    }
  }
}

/** Whether Express matches an endpoint, which may be a pattern, with the route. The stock proxy mounts endpoints unchanged. */
function covers(endpoint: string, route: string): boolean {
  let matched = false;
  const router = Router();
  router.use(`/${endpoint}`.replace(/\/+/g, '/'), () => {
    matched = true;
  });
  router(
    { url: `${route}/x`, method: 'GET' } as Request,
    {} as Response,
    () => {},
  );
  return matched;
}
