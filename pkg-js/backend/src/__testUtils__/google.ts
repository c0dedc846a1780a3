const ENDPOINT =
  'projects/acme-ml/locations/us-central1/endpoints/fraud-detector';
const DEPLOYMENT =
  'type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata';

/** A Google of one endpoint, behind the fake proxy. */
export class FakeGoogle {
  readonly calls: string[] = [];
  stages: string[] = [];
  error?: { code: number; message: string };
  /** Lines of the container's log, newest first. */
  lines: string[] = [];
  /** Refuses calls whose verb and path contain this. */
  denied?: string;
  /** Called each time somebody looks at the deployment. */
  onLook: () => Promise<void> | void = () => {};
  endpoint?: { labels: object; deployedModels: { id: string }[] };
  private deploying?: string;

  private operation(id: number, rest: object) {
    const numbered = ENDPOINT.replace('acme-ml', '123456789012');
    return { name: `${numbered}/operations/${id}`, ...rest };
  }

  async answer(line: string, body: any): Promise<[number, object]> {
    this.calls.push(line);
    if (this.denied && line.includes(this.denied)) {
      return [403, { error: { status: 'PERMISSION_DENIED', message: 'no' } }];
    }
    if (line.endsWith('/entries:list')) {
      const timestamp = '2026-11-28T10:00:00Z';
      const entries = this.lines.map(textPayload => ({
        timestamp,
        textPayload,
      }));
      return [200, { entries }];
    }
    if (line.includes('/models/')) return [200, { versionId: '3' }];
    if (line.endsWith(':deployModel')) {
      this.deploying = body.deployedModel.id;
      return [200, this.operation(2, {})];
    }
    if (line.includes(':cancel')) {
      this.stages = [];
      this.error = { code: 1, message: 'cancelled' };
      return [200, {}];
    }
    if (line.includes(':wait')) return [200, await this.look(line)];
    if (line.startsWith('POST') && line.includes('/endpoints')) {
      this.endpoint = { labels: body.labels, deployedModels: [] };
      return [200, this.operation(1, { done: true, response: {} })];
    }
    if (line.startsWith('DELETE')) {
      this.endpoint = undefined;
      return [200, this.operation(1, { done: true, response: {} })];
    }
    if (line.includes('/operations')) return [200, {}];
    return this.endpoint
      ? [200, this.endpoint]
      : [404, { error: { status: 'NOT_FOUND', message: 'no endpoint' } }];
  }

  private async look(line: string): Promise<object> {
    if (!line.includes('/operations/2')) {
      return this.operation(1, { done: true, response: {} });
    }
    await this.onLook();
    const stage = this.stages.shift();
    if (stage) {
      const metadata = { '@type': DEPLOYMENT, deploymentStage: stage };
      return this.operation(2, { metadata });
    }
    if (this.error) {
      return this.operation(2, { done: true, error: this.error });
    }
    const deployedModel = { id: this.deploying! };
    this.endpoint!.deployedModels.push(deployedModel);
    return this.operation(2, { done: true, response: { deployedModel } });
  }
}
