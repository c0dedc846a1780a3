// A function is a rule. Codes are the core's.
import { FORMS } from './forms.mjs';
import {
  ACCELERATORS,
  ATTACHED,
  LOCATIONS,
  MACHINES,
  PREBUILT,
} from './tables.mjs';

const CONTAINER = [
  'env',
  'port',
  'predict-route',
  'health-route',
  'health-probe',
  'startup-probe',
  'deployment-timeout',
];

/** Returns the parts of a full resource name. */
export const full = value => {
  const parts = /^projects\/([^/]+)\/locations\/([^/]+)\/[a-z]+\/(.+)$/.exec(
    value ?? '',
  );
  return parts && { project: parts[1], location: parts[2] };
};

/** The rules. Each gets the values of one environment and reports `(key, code)` for each finding. */
export const RULES = [
  ({ project }, say) => {
    if (/^[0-9]+$/.test(project)) say('project', 'project/number');
  },
  ({ location }, say) => {
    if (location === undefined) return;
    if (location === 'global') say('location', 'location/global');
    else if (/-[a-z]$/.test(location)) say('location', 'location/zone');
    else if (!LOCATIONS.has(location)) say('location', 'location/unknown');
  },
  ({ project, location, endpoint, model }, say) => {
    const [e, m] = [full(endpoint), full(model)];
    if (
      m &&
      project &&
      m.project !== project &&
      !(e && e.project !== m.project)
    ) {
      say('model', 'project/contradiction');
    }
    if (m && location && m.location !== location)
      say('model', 'location/contradiction');
    if (e && m && e.project !== m.project)
      say('endpoint', 'endpoint/project-mismatch');
    if (e && e.location !== (m?.location ?? location))
      say('endpoint', 'endpoint/location-mismatch');
  },
  ({ model, isUploaded }, say) => {
    if (model === undefined) return;
    const version = model.split('@')[1];
    // What is uploaded has no version yet.
    if (version === undefined && isUploaded) return;
    if (version === undefined) say('model', 'model/unpinned');
    else if (version === '0') say('model', 'model/version-zero');
    else if (!/^[0-9]+$/.test(version)) say('model', 'model/alias');
  },
  ({ 'service-account': account, endpoint, project }, say) => {
    if (account === undefined) return;
    const home = full(endpoint)?.project ?? project;
    const own = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(account)?.[1];
    if (account.endsWith('-compute@developer.gserviceaccount.com')) {
      say('service-account', 'service-account/default');
    } else if (own?.startsWith('gcp-sa-')) {
      say('service-account', 'service-account/google-managed');
    } else if (own && home && own !== home) {
      say('service-account', 'service-account/project');
    }
  },
  ({ 'machine-type': machine, accelerator, replicas }, say) => {
    if (machine === undefined) return;
    if (!MACHINES.has(machine)) say('machine-type', 'machine-type/unknown');
    else if (MACHINES.get(machine) && accelerator === undefined) {
      say('machine-type', 'machine-type/accelerator-missing');
    }
    if (
      machine.startsWith('a4x-') &&
      Number((replicas ?? '1').split('-')[0]) < 18
    ) {
      say('replicas', 'machine-type/few-replicas');
    }
  },
  ({ accelerator, 'machine-type': machine }, say) => {
    if (accelerator === undefined) return;
    const [kind, count] = accelerator.split(':');
    if (kind === 'NVIDIA_TESLA_K80')
      say('accelerator', 'accelerator/deprecated');
    else if (kind.startsWith('TPU')) say('accelerator', 'accelerator/tpu');
    else if (!ACCELERATORS.has(kind)) say('accelerator', 'accelerator/unknown');
    else if (machine === undefined)
      say('accelerator', 'accelerator/machine-missing');
    else if (MACHINES.has(machine)) {
      const carried = MACHINES.get(machine);
      const isAttached = ATTACHED.has(kind) && machine.startsWith('n1-');
      if (carried ? carried.kind !== kind : !isAttached) {
        say('accelerator', 'accelerator/machine-mismatch');
      } else if (
        carried
          ? carried.count !== Number(count)
          : ![1, 2, 4, 8].includes(Number(count))
      ) {
        say('accelerator', 'accelerator/count');
      }
    }
  },
  ({ replicas }, say) => {
    if (replicas === undefined) return;
    const [min, max = min] = replicas.split('-').map(Number);
    if (min === 0 || max === 0) say('replicas', 'replicas/zero');
    else if (min > max) say('replicas', 'replicas/reversed');
  },
  ({ image, model, location, accelerator, 'artifact-uri': files }, say) => {
    if (image === undefined) return;
    if (model?.includes('@')) say('image', 'image/unused');
    const [, place, prebuilt] =
      /^(.*?)-docker\.pkg\.dev\/(?:vertex-ai\/prediction\/([^:@]+))?/.exec(
        image,
      );
    const isContinent = ['us', 'europe', 'asia'].includes(place);
    if (prebuilt) {
      const continent =
        { northamerica: 'us' }[location?.split('-')[0]] ??
        location?.split('-')[0];
      if (!isContinent) say('image', 'image/prebuilt-region');
      else if (
        place !== continent &&
        ['us', 'europe', 'asia'].includes(continent)
      ) {
        say('image', 'image/prebuilt-far');
      }
      if (!PREBUILT.has(prebuilt)) say('image', 'image/prebuilt-unknown');
      else if (/-gpu\./.test(prebuilt) && accelerator === undefined)
        say('image', 'image/accelerator-missing');
      else if (/-cpu\./.test(prebuilt) && accelerator !== undefined) {
        say(
          'accelerator',
          /^(sklearn|xgboost)/.test(prebuilt)
            ? 'accelerator/framework'
            : 'accelerator/image-without-gpu',
        );
      }
      if (files === undefined) say('image', 'image/artifact-missing');
      return;
    }
    if (isContinent) say('image', 'image/multi-region');
    else if (location && place !== location) say('image', 'image/location');
    if (image.includes('@')) return;
    const tag = /:([^:/]+)$/.exec(image)?.[1];
    if (tag === undefined) say('image', 'image/untagged');
    else if (tag === 'latest') say('image', 'image/latest');
  },
  ({ 'artifact-uri': files, image, model }, say) => {
    if (files === undefined) return;
    if (model?.includes('@')) say('artifact-uri', 'artifact-uri/unused');
    else if (image === undefined)
      say('artifact-uri', 'artifact-uri/image-missing');
    if (/\/[^/]+\.(pkl|joblib|bst|json|pb|h5|pt|mar|zip|txt)$/.test(files))
      say('artifact-uri', 'artifact-uri/file');
  },
  ({ 'kms-key': key, location, endpoint }, say) => {
    const of = full(endpoint)?.location ?? location;
    if (key && of && key.split('/')[3] !== of)
      say('kms-key', 'kms-key/location');
  },
  ({ labels }, say) => {
    if (labels === undefined) return;
    const pairs = labels.split(',').map(pair => pair.split('='));
    const keys = pairs.map(([key]) => key.trim());
    if (keys.some(key => !/^[a-z][a-z0-9_-]{0,62}$/.test(key)))
      say('labels', 'labels/key');
    if (pairs.some(([, value]) => !/^[a-z0-9_-]{0,63}$/.test(value.trim())))
      say('labels', 'labels/value');
    if (keys.some(key => key.startsWith('goog-')))
      say('labels', 'labels/reserved');
    if (new Set(keys).size < keys.length) say('labels', 'labels/duplicate');
    if (keys.length > 64) say('labels', 'labels/too-many');
  },
  ({ traffic }, say) => {
    if (traffic === undefined) return;
    if (Number(traffic) > 100) say('traffic', 'traffic/range');
    else if (Number(traffic) === 0) say('traffic', 'traffic/none');
  },
  ({ env }, say) => {
    if (env === undefined) return;
    const pairs = env
      .split(/[;\n]/)
      .map(pair => pair.trim())
      .filter(Boolean);
    const names = pairs.map(pair => pair.split('=')[0]);
    if (pairs.some(pair => !pair.includes('='))) say('env', 'env/malformed');
    else if (names.some(name => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)))
      say('env', 'env/name');
    if (names.some(name => name.startsWith('AIP_'))) say('env', 'env/reserved');
    if (new Set(names).size < names.length) say('env', 'env/duplicate');
    if (names.length > 200) say('env', 'env/too-many');
  },
  (values, say) => {
    if (
      values.model?.includes('@') &&
      CONTAINER.some(key => values[key] !== undefined)
    ) {
      say(
        CONTAINER.find(key => values[key] !== undefined),
        'container/unused',
      );
    }
  },
  ({ 'deployment-timeout': timeout }, say) => {
    if (timeout !== undefined && parseInt(timeout, 10) > 7200)
      say('deployment-timeout', 'deployment-timeout/too-long');
  },
  (values, say) => {
    for (const key of ['health-probe', 'startup-probe']) {
      if (/=0(,|$)/.test(values[key] ?? '')) say(key, 'probe/limits');
    }
  },
];

/** The codes that are written here. */
export const CODES = new Set([
  ...Object.keys(FORMS)
    .filter(key => key !== 'display-name')
    .map(key => `${key}/malformed`),
  'display-name/malformed',
  'entity/not-an-entity',
  'entity/syntax',
  'entity/duplicate-key',
  'entity/annotations-not-a-mapping',
  'annotation/not-text',
  'annotation/empty',
  'annotation/whitespace',
  'annotation/unknown',
  'annotation/missing',
  'project/display-name',
  'endpoint/is-a-model',
  'endpoint/url',
  'model/publisher',
  'model/url',
  'model/is-an-endpoint',
  'service-account/user',
  'image/registry',
  'image/digest-malformed',
  'artifact-uri/not-cloud-storage',
  'artifact-uri/bucket',
  'kms-key/version',
  'environment/shared-endpoint',
  'environment/malformed',
  'project/number',
  'location/global',
  'location/zone',
  'location/unknown',
  'project/contradiction',
  'location/contradiction',
  'endpoint/project-mismatch',
  'endpoint/location-mismatch',
  'model/unpinned',
  'model/version-zero',
  'model/alias',
  'service-account/default',
  'service-account/google-managed',
  'service-account/project',
  'machine-type/unknown',
  'machine-type/accelerator-missing',
  'machine-type/few-replicas',
  'accelerator/deprecated',
  'accelerator/tpu',
  'accelerator/unknown',
  'accelerator/machine-missing',
  'accelerator/machine-mismatch',
  'accelerator/count',
  'replicas/zero',
  'replicas/reversed',
  'image/unused',
  'image/prebuilt-region',
  'image/prebuilt-far',
  'image/prebuilt-unknown',
  'image/accelerator-missing',
  'accelerator/framework',
  'accelerator/image-without-gpu',
  'image/artifact-missing',
  'image/multi-region',
  'image/location',
  'image/untagged',
  'image/latest',
  'artifact-uri/unused',
  'artifact-uri/image-missing',
  'artifact-uri/file',
  'kms-key/location',
  'labels/key',
  'labels/value',
  'labels/reserved',
  'labels/duplicate',
  'labels/too-many',
  'traffic/range',
  'traffic/none',
  'env/malformed',
  'env/name',
  'env/reserved',
  'env/duplicate',
  'env/too-many',
  'container/unused',
  'deployment-timeout/too-long',
  'probe/limits',
]);
