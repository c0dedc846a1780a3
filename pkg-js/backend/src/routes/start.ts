import type {
  AuthService,
  BackstageCredentials,
  BackstageUserPrincipal,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  deploymentAfter,
  deploymentKin,
  deploymentStart,
  plan,
  planFollowing,
  scheduledRemoval,
  storedRequest,
  type DeploymentLife,
  type DeploymentStart,
  type Diagnostic,
  type FormerDeployment,
  type EntitySource,
  type PlanReport,
  type RuleSettings,
} from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import type { StoredRequest } from '../core';
import { toText, type Clock } from '../clock';
import { DatabaseFailure, TooMany } from '../query';
import { toDeployment, toFormer, type Row } from '../deployments/row';
import type { Deployments, NewDeployment } from '../deployments/store';
import type { Mandates } from '../mandates';
import type { DeploymentPermissions } from '../permissions';
import { Refusal } from '../refusal';
import type { Runner } from '../runner';
import { hideValues } from './hideValues';

export interface StartOptions {
  auth: AuthService;
  catalog: CatalogService;
  clock?: Clock;
  httpAuth: HttpAuthService;
  mandates: Mandates;
  permissions: DeploymentPermissions;
  /** The portal's name in the labels of endpoints. */
  portal: string;
  rules?: RuleSettings;
  runner: Runner;
  store: Deployments;
}

function canonicalRef(text: string): string {
  try {
    return stringifyEntityRef(parseEntityRef(text));
  } catch {
    throw Refusal.malformed(`\`${text}\` is not an entity ref`);
  }
}

const conflict = (message: string) =>
  Refusal.because(
    409,
    'portal/refused',
    message,
    'send another idempotency key',
  );

const UNUSED = 'the deployment has another mandate, or has ended';

/**
 * Time for a launch, in milliseconds. A later repetition of the start launches it again: the process may have died. Where it has not, one of
 * two mandates is ended.
 */
const LAUNCH_MILLIS = 2_000;

/** Number of former deployments whose deployed models may be removed. */
const PREVIOUS = 100;

export type Caller = BackstageCredentials<BackstageUserPrincipal>;

/** A request to start a deployment, planned. */
export interface Wish {
  entityRef: string;
  request: Omit<StoredRequest, 'runId' | 'reason'>;
  plan: NonNullable<PlanReport['plan']>;
  report: PlanReport;
}

/**
 * `POST /deployments`: starts a deployment, or returns the one that its user started under the same key.
 *
 * `POST /deployments/plan`: plans one, and starts nothing.
 */
export function createStart(options: StartOptions) {
  const { catalog, httpAuth, mandates, permissions, rules, runner, store } =
    options;
  const clock = options.clock ?? Date;

  /** Plans a start that the caller is allowed. A text names its entity only once it is planned. */
  async function planFor(
    start: DeploymentStart,
    caller: Caller,
  ): Promise<Wish> {
    const { change, environment, modelVersion } = start;
    const source = await readSource(start, caller);
    const asked = { source, environment, modelVersion, rules, ...change };
    const ref = start.entityRef && canonicalRef(start.entityRef);
    // Before anything of the entity's history is read.
    if (ref) await permissions.ensure('start', ref, caller);
    const { request, report } = start.former
      ? planFollowing(asked, ref!, await findFormer(ref!, start.former))
      : { request: asked, report: plan(asked) };
    const { plan: planned } = report;
    if (!planned) refuse(report.diagnostics);
    const { entityRef } = planned.target;
    if (!ref) await permissions.ensure('start', entityRef, caller);
    return { entityRef, request, plan: planned, report };
  }

  /** Returns the deployment that the version is of, as the core reads it. */
  async function findFormer(
    entityRef: string,
    { id, environment }: FormerDeployment,
  ) {
    const row =
      id === undefined
        ? (await store.findDeployed(entityRef, environment, 1))[0]
        : await store.find(id);
    return row && toFormer(row);
  }

  /** Returns the entity as its user sees it in the catalog, or the given text. */
  async function readSource(
    { entityRef, text, file }: DeploymentStart,
    credentials: BackstageCredentials,
  ): Promise<EntitySource> {
    if (entityRef === undefined) return { text: text!, file };
    const { apiVersion, kind, metadata, spec } = await findEntity(
      entityRef,
      credentials,
    );
    // Without the relations and the status that the catalog adds: they can be large.
    return { entity: { apiVersion, kind, metadata, spec } };
  }

  async function findEntity(ref: string, credentials: BackstageCredentials) {
    const entity = await catalog.getEntityByRef(ref, { credentials });
    if (entity) return entity;
    throw Refusal.because(
      404,
      'portal/refused',
      `\`${ref}\` is missing in the catalog or hidden from you`,
    );
  }

  /**
   * Stores the deployment, and what follows it. Returns it with its whole request, which is not stored; `undefined` where another request
   * under the same key came first.
   */
  async function add(
    wish: Wish,
    start: DeploymentStart,
    { userEntityRef: user, actor }: BackstageUserPrincipal,
  ): Promise<{ row: Row; whole: StoredRequest } | undefined> {
    const id = randomUUID();
    const { environment } = wish.request;
    const at = toText(clock.now());
    const wholeOf = (own: string, request: Wish['request']) => ({
      ...request,
      runId: own,
      portal: options.portal,
      reason: `deployment ${own}`,
    });
    const plain = (own: string, of: Pick<Wish, 'request' | 'plan'>) => ({
      id: own,
      entityRef: wish.entityRef,
      environment,
      user,
      actor: actor?.subject,
      fingerprint: start.fingerprint,
      request: storedRequest(wholeOf(own, of.request)),
      kin: deploymentKin(of.plan),
    });
    const life = (
      state: 'pending' | 'scheduled',
      planned: Wish['plan'],
    ): DeploymentLife => deploymentAfter({ state }, { planned }, at)!.life;
    const added: NewDeployment[] = [
      {
        ...plain(id, wish),
        kind: start.kind,
        key: start.key,
        life: life('pending', wish.plan),
      },
    ];
    const removal = await findRemoval(wish);
    if (removal) {
      added.push({
        ...plain(randomUUID(), removal),
        kind: removal.plan.kind,
        follows: id,
        life: life('scheduled', removal.plan),
      });
    }
    try {
      await store.add(...added);
    } catch (error) {
      if (error instanceof DatabaseFailure && error.isDuplicate) {
        return undefined;
      }
      if (error instanceof TooMany) {
        throw Refusal.because(
          429,
          'portal/refused',
          `\`${error.what}\` has ${error.most} deployments that have not ended, the limit of the portal`,
          'start it again once one of them has ended',
        );
      }
      throw error;
    }
    const row = await store.find(id);
    return row && { row, whole: wholeOf(id, wish.request) };
  }

  /** Returns the removal of the previous deployed models, where the deployment asks for one. */
  async function findRemoval({ entityRef, request, plan: planned }: Wish) {
    // After no minutes, too.
    const rows =
      request.removePreviousAfterMinutes === undefined
        ? []
        : await store.findDeployed(entityRef, request.environment, PREVIOUS);
    const lives = rows.map(row => JSON.parse(row.life) as DeploymentLife);
    return scheduledRemoval(request, planned, lives);
  }

  /** Hands a deployment its mandate, or ends the mandate where another start was faster. */
  async function giveMandate(id: string, mandate: string): Promise<boolean> {
    const given = await store.giveMandate(id, mandate);
    // What fails here is ended with the deployment.
    if (!given) await mandates.end(mandate, UNUSED).catch(() => {});
    return given;
  }

  /** Gets the mandates for what follows a deployment, while its user is there. Where that fails, the deployment goes on. */
  async function launchFollowers({ id }: Row, credentials: Caller) {
    for (const row of await store.followers(id)) {
      if (row.mandate) continue;
      try {
        const request = JSON.parse(row.request);
        const mandate = await mandates.create(credentials, row.id, request);
        await giveMandate(row.id, mandate);
      } catch (error) {
        const { diagnostics } = error as Partial<Refusal>;
        // A start without a mandate ends as interrupted.
        if (diagnostics)
          await store.record(
            row.id,
            { refused: { diagnostics } },
            { unlaunched: true },
          );
      }
    }
  }

  /** Gets the mandate and hands the deployment to a runner. */
  async function launch(
    row: Row,
    credentials: Caller,
    whole?: StoredRequest,
  ): Promise<Row> {
    const { id } = row;
    let mandate: string;
    try {
      mandate = await mandates.create(credentials, id, JSON.parse(row.request));
    } catch (error) {
      const { diagnostics, status } = error as Partial<Refusal>;
      // Anything but a refusal passes: the same request can be sent again.
      if (!diagnostics || !status || status >= 500) throw error;
      await store.record(
        id,
        { refused: { diagnostics } },
        { unlaunched: true, set: { idempotency_key: null } },
      );
      throw error;
    }
    await launchFollowers(row, credentials);
    if (await giveMandate(id, mandate)) await runner.claim(id, whole);
    return (await store.find(id))!;
  }

  async function show(request: Request, response: Response) {
    const caller = await httpAuth.credentials(request, { allow: ['user'] });
    const start = deploymentStart(request.body, 'plan');
    const { report } = await planFor(start, caller);
    response.json(hideValues(report));
  }

  async function begin(request: Request, response: Response) {
    let begun: { row: Row; isNew: boolean } | undefined;
    while (!begun) begun = await tryToBegin(request);
    response.status(begun.isNew ? 201 : 200).json(toDeployment(begun.row));
  }

  /** Returns `undefined` where a runner has ended the start as interrupted meanwhile: then its key is free again. */
  async function tryToBegin(request: Request) {
    const caller = await httpAuth.credentials(request, { allow: ['user'] });
    const key = request.header('idempotency-key');
    const start = deploymentStart(request.body, key);
    const { principal } = caller;
    const find = (ref: string) =>
      store.findByKey(principal.userEntityRef, ref, start.key);

    const named = start.entityRef && canonicalRef(start.entityRef);
    let row = named ? await find(named) : undefined;
    // A deployment that is under way is found, whatever became of its annotations.
    const wish = row ? undefined : await planFor(start, caller);
    const entityRef = row?.entity_ref ?? wish!.entityRef;
    if (row) await permissions.ensure('start', entityRef, caller);
    row ??= await find(entityRef);
    const added = row ? undefined : await add(wish!, start, principal);
    row ??= added?.row ?? (await find(entityRef));
    // The one in between was refused: the key is free again.
    if (!row) throw conflict('the deployment ended while it was requested');
    if (row.fingerprint !== start.fingerprint) {
      throw conflict('the idempotency key was used with another body');
    }
    const interrupted =
      !row.mandate &&
      !row.ended &&
      clock.now() - Date.parse(row.created_at) > LAUNCH_MILLIS;
    if (added || interrupted) row = await launch(row, caller, added?.whole);
    const isLate = row.ended && !row.mandate && !row.cancel_requested_by;
    return isLate ? undefined : { row, isNew: added !== undefined };
  }

  return { begin, planFor, show };
}

function refuse([first, ...rest]: Diagnostic[]): never {
  throw new Refusal(400, [first, ...rest]);
}
