import { runDeployment } from '@backstage-vertex-ai/core/server';
import type { FakeGoogle } from './google';
import { Portal } from './portal';
import { skipPauses } from './timers';

/** A portal with runs of the core, before a Google of one endpoint. Pauses end at once. */
export class CorePortal extends Portal {
  private keepPauses = () => {};

  constructor(google: FakeGoogle) {
    super(runDeployment);
    this.google = (line, body) => google.answer(line, body);
  }

  override async start(...options: Parameters<Portal['start']>) {
    await super.start(...options);
    this.keepPauses = skipPauses();
    return this;
  }

  override async stop() {
    this.keepPauses();
    await super.stop();
  }
}
