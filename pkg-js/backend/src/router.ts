import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  json,
  Router,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Bounds } from './config';
import type { ContainerLogs } from './deployments/containerLogs';
import type { Ledger } from './deployments/ledger';
import type { EventFeed } from './eventFeed';
import { answerErrors } from './refusal';
import { createContainerLog } from './routes/containerLog';
import {
  createDeploymentRoutes,
  type DeploymentsOptions,
} from './routes/deployments';
import { createEvents } from './routes/events';
import { OpenStreams } from './routes/streams';
import { createTakeover } from './routes/takeover';
import { createTrace } from './routes/trace';
import { createPreflight } from './routes/preflight';
import { createStart, type StartOptions } from './routes/start';

type Handle = (request: Request, response: Response) => Promise<void>;

const caught =
  (handle: Handle): RequestHandler =>
  (request, response, next) => {
    handle(request, response).catch(next);
  };

/** Returns the routes of `openapi.yaml`. */
export function createRouter(
  options: StartOptions &
    DeploymentsOptions & {
      bounds: Bounds;
      containerLogs: ContainerLogs;
      feed: EventFeed;
      ledger: Ledger;
      logger: LoggerService;
      proxyUrl(): Promise<string>;
    },
): Router {
  const { list, read, cancel, find } = createDeploymentRoutes(options);
  const router = Router();
  router.use(json({ limit: '256kb' }));
  const start = createStart(options);
  router.post('/deployments', caught(start.begin));
  router.post('/deployments/plan', caught(start.show));
  router.post(
    '/preflight',
    caught(createPreflight({ ...options, planFor: start.planFor })),
  );
  router.get('/deployments', caught(list));
  router.get('/deployments/:id', caught(read));
  router.post('/deployments/:id/cancel', caught(cancel));
  router.post(
    '/deployments/:id/takeover',
    caught(createTakeover({ ...options, find })),
  );
  router.get(
    '/deployments/:id/trace',
    caught(createTrace({ ...options, find })),
  );
  router.get(
    '/deployments/:id/log',
    caught(createContainerLog({ ...options, find })),
  );
  router.get(
    '/deployments/:id/events',
    caught(
      createEvents({
        ...options,
        find,
        streams: new OpenStreams(options.bounds.streamsPerUser),
      }),
    ),
  );
  router.use(answerErrors(options.logger));
  return router;
}
