// Faults of Google, one of each kind. The path names the endpoint, so that a fault strikes one deployment.
import { endpointOf } from './catalog.mjs';

const at = (name, suffix) => `/endpoints/${name}${suffix}`;
const create = name => `endpointId=${name}`;

/** Faults by name; each returns what the emulator is sent for one entity. */
export const FAULTS = {
  none: () => [],
  'answer to deployModel lost': name => [
    { pathContains: at(name, ':deployModel'), fault: { kind: 'lostResponse' } },
  ],
  'answer to create lost': name => [
    { pathContains: create(name), fault: { kind: 'lostResponse' } },
  ],
  'answer to deployModel cut off': name => [
    {
      pathContains: at(name, ':deployModel'),
      fault: { kind: 'truncatedResponse' },
    },
  ],
  'deployModel carried out, 503': name => [
    {
      pathContains: at(name, ':deployModel'),
      fault: { kind: 'status', status: 503, done: true },
    },
  ],
  'deployModel answers 500': name => [
    {
      pathContains: at(name, ':deployModel'),
      times: 2,
      fault: { kind: 'status', status: 500 },
    },
  ],
  'wait answers 401': name => [
    {
      pathContains: `${at(name, '/operations/')}`,
      fault: { kind: 'status', status: 401 },
    },
  ],
  'wait answers HTML': name => [
    {
      pathContains: `${at(name, '/operations/')}`,
      times: 3,
      fault: { kind: 'html' },
    },
  ],
  'everything answers 429': name => [
    {
      pathContains: name,
      times: 3,
      fault: { kind: 'status', status: 429, retryAfterSeconds: 1 },
    },
  ],
  'deployModel late': name => [
    {
      pathContains: at(name, ':deployModel'),
      fault: { kind: 'late', seconds: 200 },
    },
  ],
  'outage while deploying': name => [
    {
      pathContains: at(name, '/operations/'),
      times: 5,
      fault: { kind: 'status', status: 503 },
    },
  ],
  'deployment fails': name => [
    {
      pathContains: endpointOf(name),
      fault: {
        kind: 'failAtStage',
        stage: 'STARTING_MODEL_SERVER',
        code: 9,
        message: 'Model server exited unexpectedly.',
      },
    },
  ],
  'cancellation ignored': name => [
    { pathContains: endpointOf(name), fault: { kind: 'ignoredCancel' } },
  ],
};
