import {
  deploymentDurations,
  deploymentExpectation,
  deploymentFacts,
  type DeploymentExpected,
  type DeploymentLife,
} from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { query } from '../query';
import type { Row } from './row';

const DURATIONS = 'vertex_ai_durations';
/** How many of the latest durations are compared. */
const SAMPLES = 200;

/** Durations of former deployments of the same model on the same machine. */
export class History {
  constructor(private readonly client: Knex) {}

  /** Notes how long a successful deployment and its stages lasted. One that found its version deployed tells nothing of that. */
  async note(row: Row): Promise<void> {
    const { id, kin, kind, started_at, ended_at } = row;
    const { operation } = JSON.parse(row.life) as DeploymentLife;
    const deploys = (deploymentFacts().deploying as string[]).includes(kind);
    if (deploys && !operation) return;
    const rows = await query(() =>
      this.client('vertex_ai_events')
        .where({ deployment: id, type: 'progress' })
        .orderBy('seq')
        .select('created_at', 'data'),
    );
    const stages = rows.flatMap(({ created_at, data }) => {
      const { stage } = JSON.parse(data);
      return stage ? [{ stage, at: Date.parse(created_at) }] : [];
    });
    const durations = deploymentDurations(
      stages,
      Date.parse(started_at!),
      Date.parse(ended_at!),
    );
    await query(() =>
      this.client(DURATIONS).insert(
        durations.map(({ stage = '', millis }) => ({
          deployment: id,
          stage,
          kin,
          ended_at,
          millis,
        })),
      ),
    );
  }

  /** Returns what is to be expected of a deployment that has not ended. */
  async expected({ kin, life }: Row): Promise<DeploymentExpected> {
    const { stage } = JSON.parse(life) as DeploymentLife;
    return {
      total: await this.of(kin, ''),
      stage: stage && (await this.of(kin, stage.name)),
    };
  }

  private async of(kin: string, stage: string) {
    const millis = await query(() =>
      this.client(DURATIONS)
        .where({ kin, stage })
        .orderBy('ended_at', 'desc')
        .limit(SAMPLES)
        .pluck('millis'),
    );
    return deploymentExpectation(millis.map(Number)) ?? undefined;
  }
}
