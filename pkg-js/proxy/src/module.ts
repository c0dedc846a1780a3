import {
  type BackendFeature,
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import {
  type BrokerHost,
  Gate,
  portalName,
} from '@backstage-vertex-ai/core/server';
import { Router } from 'express';
import { createAccessHandler } from './access/handler';
import { AuditRecords } from './audit';
import { CatalogReader } from './catalog';
import { createClaimsHandler } from './claims/handler';
import { createStores } from './doorStores';
import { createGrantHandlers } from './grants/handler';
import { createPortalFetch } from './grants/portalFetch';
import { GrantRecords } from './grants/records';
import { scheduleCleanUp } from './grants/schedule';
import { createDenials } from './denials';
import { createHandler } from './handler';
import { PublicKeys } from './keys';
import { createMandateHandlers } from './mandates/handler';
import { MandateRecords } from './mandates/records';
import { alone, migrate } from './migrate';
import { rejectOverlap } from './overlap';
import { createPermissionCheck } from './permissions';
import { answerError } from './refusal';
import { scheduleRemoval, scheduleSweep } from './sweep';

const ROUTE = '/vertex-ai';

/**
 * Lets the portal's proxy call Vertex AI with the identity of the signed-in user, without keys.
 *
 * @public
 */
export const proxyModuleVertexAi: BackendFeature = createBackendModule({
  pluginId: 'proxy',
  moduleId: 'vertex-ai',
  register(reg) {
    reg.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const { auditor, config, httpAuth, httpRouter, logger, userInfo } =
          deps;
        rejectOverlap(config, ROUTE);
        const client = await migrate(deps.database);
        const keys = new PublicKeys(client);
        const external = await deps.discovery.getExternalBaseUrl('proxy');
        const issuer = `${external}${ROUTE}`;
        const host: BrokerHost = {
          // A redirect would send the assertion to another host.
          fetch: (url, init) => fetch(url, { ...init, redirect: 'error' }),
          publishKey: async key => {
            try {
              await keys.publish(key);
            } catch (error) {
              // The next key is published in the background, where no caller sees a failure.
              logger.warn(
                `A signing key could not be published: ${(error as Error).message}`,
              );
              throw error;
            }
          },
          onFailure: error =>
            logger.error(
              `An exchange of a token, or a new signing key, ended without a result: ${
                (error as Error | undefined)?.message ?? error
              }`,
            ),
        };
        const gate = new Gate(
          config.getOptional('vertexAi'),
          { issuer, portal: portalName(config) },
          host,
        );

        // Other replicas answer with public keys that are up to a second old, so a key signs some time after its publication.
        await gate.publishKey();
        for (const { where, message, help } of gate.warnings) {
          logger.warn(`${where?.path}: ${message} — ${help}`);
        }
        const audit = new AuditRecords(client);
        await audit.sweep();
        const records = new GrantRecords(client);
        const mandates = new MandateRecords(client);
        const catalog = new CatalogReader(deps);
        const stores = createStores({
          gate,
          audit,
          records,
          mandates,
          catalog,
          auditor,
          logger,
        });
        const { decide, permit, held } = createPermissionCheck(
          deps.permissions,
          deps.permissionsRegistry,
        );
        await alone(client, async () => {
          const { scheduler } = deps;
          await scheduleSweep(scheduler, audit);
          await scheduleRemoval(scheduler, mandates, gate.mandateRetention);
          await scheduleCleanUp(scheduler, {
            gate,
            records,
            audit,
            fetch: createPortalFetch({ gate, stores }),
            logger,
          });
        });

        const router = Router();
        const grants = createGrantHandlers({
          gate,
          records,
          audit,
          httpAuth,
          logger,
          userInfo,
          permit,
        });
        router.post(`${ROUTE}/grants`, grants.record);
        router.get(`${ROUTE}/grants`, grants.list);
        router.delete(`${ROUTE}/grants/:id`, grants.withdraw);
        const mandate = createMandateHandlers({
          gate,
          stores,
          records: mandates,
          audit,
          catalog,
          httpAuth,
          logger,
          userInfo,
          decide,
          held,
        });
        router.post(`${ROUTE}/mandates`, mandate.begin);
        router.delete(`${ROUTE}/mandates`, mandate.revokeOf);
        router.get(`${ROUTE}/mandates/:id`, mandate.show);
        router.delete(`${ROUTE}/mandates/:id`, mandate.revoke);
        router.post(
          `${ROUTE}/access`,
          createAccessHandler({
            gate,
            stores,
            catalog,
            httpAuth,
            logger,
            userInfo,
            held,
          }),
        );
        router.get(
          `${ROUTE}/claims`,
          createClaimsHandler({
            gate,
            stores,
            catalog,
            httpAuth,
            logger,
            userInfo,
            held,
          }),
        );
        router.get(
          `${ROUTE}/.well-known/openid-configuration`,
          (_, response) => {
            response.json(gate.discovery());
          },
        );
        router.get(`${ROUTE}/.well-known/jwks.json`, (_, response) => {
          keys
            .jwks()
            .then(jwks => response.set('cache-control', 'no-cache').json(jwks))
            .catch(error => answerError(response, error, logger));
        });
        router.use(
          ROUTE,
          createHandler({
            gate,
            stores,
            httpAuth,
            logger,
            userInfo,
            decide,
            reportDenial: createDenials({ auditor, mandates, logger }),
          }),
        );
        httpRouter.use(router);
        httpRouter.addAuthPolicy({
          path: `${ROUTE}/.well-known`,
          allow: 'unauthenticated',
        });
      },
    });
  },
});
