import type {
  Deployment,
  DeploymentLife,
} from '@backstage-vertex-ai/core/server';
import { toText } from '../clock';
import type { StoredRequest } from '../core';

export const DEPLOYMENTS = 'vertex_ai_deployments';

/** A row of `vertex_ai_deployments`. */
export interface Row {
  id: string;
  kind: string;
  entity_ref: string;
  environment: string | null;
  user_ref: string;
  actor: string | null;
  idempotency_key: string | null;
  fingerprint: string;
  request: string;
  /** Model and machine, which durations are compared by. */
  kin: string;
  life: string;
  state: string;
  ended: boolean | number;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  cancel_requested_by: string | null;
  mandate: string | null;
  mandate_open: boolean | number;
  lease: number;
  /** PostgreSQL returns a text. */
  lease_until: number | string | null;
  runner: string | null;
  /** The deployed model that it uses or, `leaving`, removes. */
  held: string | null;
  leaving: boolean | number;
  crashes: number;
  last_event: number;
  /** The deployment after whose success this one runs. */
  follows: string | null;
  /** In milliseconds since 1970; PostgreSQL returns a text. */
  starts_at: number | string | null;
  /** When audit records of its calls are settled; as `starts_at`. */
  settle_at: number | string | null;
}

export const LISTED = [
  'id',
  'kind',
  'entity_ref',
  'environment',
  'user_ref',
  'actor',
  'idempotency_key',
  'life',
  'created_at',
  'started_at',
  'ended_at',
  'cancel_requested_by',
  'mandate',
  'follows',
  'starts_at',
] as const satisfies (keyof Row)[];

/** The part of a row that a list shows: without the request, which is large. */
export type ListedRow = Pick<Row, (typeof LISTED)[number]>;

export function toDeployment(row: ListedRow): Deployment {
  return {
    undone: [],
    notUndone: [],
    diagnostics: [],
    ...(JSON.parse(row.life) as DeploymentLife),
    id: row.id,
    kind: row.kind,
    entityRef: row.entity_ref,
    environment: row.environment ?? undefined,
    user: row.user_ref,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    follows: row.follows ?? undefined,
    startsAt:
      row.starts_at === null ? undefined : toText(Number(row.starts_at)),
    cancelRequestedBy: row.cancel_requested_by ?? undefined,
    mandate: row.mandate ?? undefined,
  };
}

export const toRequest = (row: Row): StoredRequest => JSON.parse(row.request);

/** A deployment, as the core reads it where another one takes its version from it. */
export const toFormer = (row: Row) => ({
  id: row.id,
  kind: row.kind,
  entityRef: row.entity_ref,
  environment: row.environment ?? undefined,
  state: row.state,
  life: JSON.parse(row.life) as DeploymentLife,
  request: toRequest(row),
});
