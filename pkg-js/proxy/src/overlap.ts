import type { Config } from '@backstage/config';
import { ConflictError } from '@backstage/errors';
import { type Request, type Response, Router } from 'express';

/**
 * Refuses to go on when an endpoint of the stock proxy covers a route or lies below it: calls could bypass every check.
 *
 * @param route e.g. `/vertex-ai`
 * @throws ConflictError naming the endpoint
 */
export function refuseOverlap(config: Config, route: string) {
  const proxy = config.getOptionalConfig('proxy');
  const endpoints = [
    ...(proxy?.getOptionalConfig('endpoints')?.keys() ?? []),
    // Before `proxy.endpoints` there were keys with a slash.
    ...(proxy?.keys() ?? []).filter(key => key.startsWith('/')),
  ];
  for (const endpoint of endpoints) {
    const plain = `/${endpoint}/`.replace(/\/+/g, '/').toLowerCase();
    if (plain.startsWith(`${route}/`) || covers(endpoint, route)) {
      throw new ConflictError(
        `The proxy endpoint '${endpoint}' overlaps '${route}', which the Vertex AI module guards: rename or remove it`,
      );
    }
  }
}

/** Whether Express, which the stock proxy gives its endpoints to as they are, patterns included, takes one for the route. */
function covers(endpoint: string, route: string): boolean {
  let taken = false;
  const router = Router();
  router.use(`/${endpoint}`.replace(/\/+/g, '/'), () => {
    taken = true;
  });
  router(
    { url: `${route}/x`, method: 'GET' } as Request,
    {} as Response,
    () => {},
  );
  return taken;
}
