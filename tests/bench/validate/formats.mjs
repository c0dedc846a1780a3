// The formats of values, checked by `ajv`.
import { Ajv } from 'ajv';

export const PREFIX = 'google.com/vertex-ai-';
const ID = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const PROJECT = '(?:[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]{6,})';
const LOCATION = '[a-z]+-[a-z]+[0-9]+';
const path = (collection, end) =>
  `projects/${PROJECT}/locations/${LOCATION}/${collection}/${end}`;
const MODEL_ID = '[a-z0-9_-]{1,63}';
const VERSION = '(?:@[a-z0-9][a-z0-9-]{0,62})?';
const PROBE =
  'path=/[^,]*(?:,(?:port|period|timeout|failures|successes|delay)=[0-9]+)*';

/** The formats of values. A value of another format is `KEY/malformed`. */
export const FORMATS = {
  project: `^${PROJECT}$`,
  location: `^(?:${LOCATION}(?:-[a-z])?|global|[a-z]+-[a-z]+[0-9]*)$`,
  endpoint: `^(?:${ID}|${path('endpoints', ID)})$`,
  model: `^(?:${MODEL_ID}|${path('models', MODEL_ID)})${VERSION}$`,
  'service-account': '^[a-z0-9-]+@(?:[a-z0-9.-]+\\.)?gserviceaccount\\.com$',
  'machine-type': '^[a-z0-9]+(?:-[a-z0-9]+)+$',
  accelerator: '^[A-Z0-9_]+:[1-9][0-9]{0,3}$',
  replicas: '^[0-9]+(?:-[0-9]+)?$',
  image:
    '^(?:[a-z0-9-]+-docker\\.pkg\\.dev/[^/@:]+|(?:[a-z]+\\.)?gcr\\.io)/[^/@:]+/[^@:]+(?::[A-Za-z0-9_.-]+)?(?:@sha256:[0-9a-f]{64})?$',
  'artifact-uri': '^gs://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](?:/[^\\s]*)?$',
  'kms-key': '^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$',
  'display-name': '^.{1,128}$',
  labels: '^[^=,]+=[^,]*(?:,[^=,]+=[^,]*)*$',
  traffic: '^[0-9]+$',
  port: '^[1-9][0-9]{0,4}$',
  'predict-route': '^/\\S*$',
  'health-route': '^/\\S*$',
  'health-probe': `^${PROBE}$`,
  'startup-probe': `^${PROBE}$`,
  'deployment-timeout': '^[1-9][0-9]*s$',
};
export const KEYS = new Set([...Object.keys(FORMATS), 'env', 'waive']);
export const REQUIRED = ['project', 'location', 'endpoint', 'model'];

const ajv = new Ajv({ allErrors: true });
export const isEntity = ajv.compile({
  type: 'object',
  required: ['kind', 'metadata'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string', minLength: 1 },
    metadata: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1 },
        annotations: { type: 'object' },
      },
    },
  },
});
export const areTexts = ajv.compile({
  type: 'object',
  patternProperties: {
    [`^${PREFIX.replaceAll('.', '\\.')}`]: { type: 'string' },
  },
});
export const areWellFormed = ajv.compile({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(FORMATS).map(([key, pattern]) => [
      key,
      { type: 'string', pattern },
    ]),
  ),
});

/** Codes that replace `malformed` where the mistake is recognizable. */
export const SPECIFIC = {
  project: value => /[A-Z ]/.test(value) && 'project/display-name',
  endpoint: value =>
    (/\/models\//.test(value) && 'endpoint/is-a-model') ||
    (/^(https?:)?\/\//.test(value) && 'endpoint/url'),
  model: value =>
    (/^publishers\//.test(value) && 'model/publisher') ||
    (/^(https?:)?\/\//.test(value) && 'model/url') ||
    (/\/endpoints\//.test(value) && 'model/is-an-endpoint'),
  'service-account': value => value.includes('@') && 'service-account/user',
  image: value =>
    (!/^([a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io)\//.test(value) &&
      'image/registry') ||
    (value.includes('@') && 'image/digest-malformed'),
  'artifact-uri': value =>
    (!value.startsWith('gs://') && 'artifact-uri/not-cloud-storage') ||
    (!/^gs:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](\/|$)/.test(value) &&
      'artifact-uri/bucket'),
  'kms-key': value =>
    value.includes('/cryptoKeyVersions/') && 'kms-key/version',
};
