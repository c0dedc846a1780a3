import {
  type BackendFeature,
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import {
  portalName,
  runDeployment,
  type RuleSettings,
} from '@backstage-vertex-ai/core/server';
import { randomUUID } from 'node:crypto';
import { readBounds, readRetention, warnOfRecovery } from './config';
import type { RunDeployment } from './core';
import { alone, migrate } from './database';
import { ContainerLogs } from './deployments/containerLogs';
import { Leases } from './deployments/leases';
import { History } from './deployments/history';
import { Ledger } from './deployments/ledger';
import { removeOld } from './deployments/retention';
import { Deployments } from './deployments/store';
import { EventFeed } from './eventFeed';
import { createMandates } from './mandates';
import { DeploymentPermissions } from './permissions';
import { Notices } from './notices';
import { createProxyFetch } from './proxyFetch';
import { createRouter } from './router';
import { BEAT_MILLIS, POLL_MILLIS, Runner } from './runner';
import { repeat } from './schedule';
import { Settling } from './settling';
import { createTaskEvents, TaskCancellations } from './taskCancellations';
import { WATCH_LOOK_MILLIS, Watchers } from './watchers';

/** Creates the plugin with what carries deployments out. */
export const createVertexAiPlugin = (run: RunDeployment) =>
  createBackendPlugin({
    pluginId: 'vertex-ai',
    register(reg) {
      reg.registerInit({
        deps: {
          auth: coreServices.auth,
          catalog: catalogServiceRef,
          config: coreServices.rootConfig,
          database: coreServices.database,
          discovery: coreServices.discovery,
          events: eventsServiceRef,
          httpAuth: coreServices.httpAuth,
          httpRouter: coreServices.httpRouter,
          lifecycle: coreServices.lifecycle,
          logger: coreServices.logger,
          notifications: notificationService,
          permissions: coreServices.permissions,
          permissionsRegistry: coreServices.permissionsRegistry,
          scheduler: coreServices.scheduler,
          signals: signalsServiceRef,
        },
        async init(deps) {
          const { auth, config, discovery, lifecycle, logger } = deps;
          const days = readRetention(config);
          const bounds = readBounds(config);
          warnOfRecovery(config, logger);
          const client = await migrate(deps.database);
          const store = new Deployments(client, Date, bounds);
          const mandates = createMandates({ auth, discovery });
          const feed = new EventFeed(store, logger);
          const watchers = new Watchers(store, deps.signals);
          const history = new History(client);
          const fetch = createProxyFetch(auth);
          const proxyUrl = async () =>
            `${await discovery.getBaseUrl('proxy')}/vertex-ai`;
          const ledger = new Ledger(client);
          const containerLogs = new ContainerLogs(client);
          const tasks = new TaskCancellations({
            store,
            readEvents: createTaskEvents({ auth, discovery }),
            logger,
          });
          const runner = new Runner({
            store,
            history,
            ledger,
            containerLogs,
            leases: new Leases(client, randomUUID()),
            mandates,
            notices: new Notices(deps),
            tasks,
            fetch,
            runDeployment: run,
            readEntity: async entityRef =>
              deps.catalog.getEntityByRef(entityRef, {
                credentials: await auth.getOwnServiceCredentials(),
              }),
            proxyUrl,
            logger,
          });
          const settling = new Settling({
            store,
            mandates,
            fetch,
            proxyUrl,
            logger,
          });
          const permissions = new DeploymentPermissions(
            deps.permissions,
            deps.permissionsRegistry,
          );
          deps.httpRouter.use(
            createRouter({
              ...deps,
              bounds,
              client,
              containerLogs,
              feed,
              history,
              ledger,
              mandates,
              permissions,
              portal: portalName(config),
              proxyUrl,
              // Every report names wrong settings.
              rules: config.getOptional<RuleSettings>('vertexAi.rules'),
              runner,
              store,
              watchers,
            }),
          );
          await tasks.subscribe(deps.events);
          await alone(client, () =>
            deps.scheduler.scheduleTask({
              id: 'remove-old-deployments',
              frequency: { hours: 24 },
              timeout: { minutes: 30 },
              initialDelay: { minutes: 5 },
              fn: async () => {
                const removed = await removeOld(client, days);
                if (removed) logger.info(`Removed ${removed} old deployments`);
              },
            }),
          );

          const stops: (() => void)[] = [];
          lifecycle.addStartupHook(() => {
            stops.push(
              repeat(BEAT_MILLIS, () => runner.beat(), logger),
              repeat(POLL_MILLIS, () => runner.poll(), logger),
              repeat(WATCH_LOOK_MILLIS, () => watchers.look(), logger),
              repeat(POLL_MILLIS, () => settling.poll(), logger),
              repeat(POLL_MILLIS, () => tasks.poll(), logger),
            );
          });
          lifecycle.addShutdownHook(async () => {
            stops.forEach(stop => stop());
            feed.stop();
            await runner.stop();
          });
        },
      });
    },
  });

/**
 * Runs Vertex AI deployments: a REST API, their ledgers, and a runner that takes over those of a process that died.
 *
 * @public
 */
export const vertexAiPlugin: BackendFeature =
  createVertexAiPlugin(runDeployment);
