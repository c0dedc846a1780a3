import type {
  DeployReport,
  LedgerEntry,
  RunHost,
  RunRequest,
} from '@backstage-vertex-ai/core/server';
import type { RunDeployment } from '../core';

const report = (more: Partial<DeployReport>): DeployReport => ({
  outcome: 'failed',
  undone: [],
  notUndone: [],
  diagnostics: [],
  ...more,
});

/** An entry of a ledger; only the run reads more of it than its number. */
export const entry = (seq: number, more: object = {}): LedgerEntry =>
  ({ seq, ...more }) as LedgerEntry;

/** A run that does its steps one by one, as the core's does: it writes each intention before it sends, and sees a wish to stop. */
export class ScriptedRuns {
  /** The steps that were sent, with the runs that sent them. */
  readonly sent: string[] = [];
  readonly requests: RunRequest[] = [];
  /** Called before a step is sent, after its intention is durable. */
  before: (step: number, host: RunHost) => Promise<void> | void = () => {};
  steps = 3;
  deployedModelId = '1234567890';
  /** The operation of the deployment; absent where the version was deployed already. */
  operation?: string = 'projects/1/locations/us-central1/operations/2';
  /** The model version that a run reaches. */
  model = 'projects/acme-ml/locations/us-central1/models/fraud-detector@3';

  readonly run: RunDeployment = async (request, ledger, host) => {
    this.requests.push(request);
    const removing = ledger.some(line => 'removing' in line);
    let seq = ledger.length;
    const stop = async () => {
      if (!removing) {
        seq += 1;
        await host.write(entry(seq, { removing: true }));
      }
      host.onProgress?.({ kind: 'undo', message: 'Removing the endpoint' });
      return report({ outcome: 'cancelled', undone: ['endpoint `fraud`'] });
    };
    if (removing) return stop();
    for (let step = seq + 1; step <= this.steps; step += 1) {
      if (host.signal?.aborted) return stop();
      seq = step;
      await host.write(entry(seq));
      host.onProgress?.({
        kind: 'stage',
        message: `Step ${step}`,
        stage: `STEP_${step}`,
        stageIndex: step,
        stageCount: this.steps,
      });
      await this.before(step, host);
      await host.fetch(
        `${request.proxyUrl}/steps/${step}`,
        { method: 'POST' },
        'service',
      );
      this.sent.push(`${request.runId} ${step}`);
    }
    return report({
      outcome: 'succeeded',
      outputs: {
        endpoint:
          'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
        deployedModelId: this.deployedModelId,
        traffic: 100,
        removed: [],
        operation: this.operation,
        consoleUrl: 'https://console.cloud.google.com/vertex-ai',
        model: this.model,
      },
    });
  };
}

/** A door that tests open. */
export class Latch {
  private open!: () => void;
  readonly opened = new Promise<void>(resolve => {
    this.open = resolve;
  });

  release() {
    this.open();
  }
}
