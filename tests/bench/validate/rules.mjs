// Rules as functions, with the core's codes.
import { FORMATS } from './formats.mjs';
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

/** Returns the project and location of a full resource name; `null` for other values. */
export const resource = value => {
  const parts = /^projects\/([^/]+)\/locations\/([^/]+)\/[a-z]+\/(.+)$/.exec(
    value ?? '',
  );
  return parts && { project: parts[1], location: parts[2] };
};

/** The rules. Each gets the values of one environment and reports a key and a code for each finding. */
export const RULES = [
  ({ project }, report) => {
    if (/^[0-9]+$/.test(project)) report('project', 'project/number');
  },
  ({ location }, report) => {
    if (location === undefined) return;
    if (location === 'global') report('location', 'location/global');
    else if (/-[a-z]$/.test(location)) report('location', 'location/zone');
    else if (!LOCATIONS.has(location)) report('location', 'location/unknown');
  },
  ({ project, location, endpoint, model }, report) => {
    const [e, m] = [resource(endpoint), resource(model)];
    if (
      m &&
      project &&
      m.project !== project &&
      !(e && e.project !== m.project)
    ) {
      report('model', 'project/contradiction');
    }
    if (m && location && m.location !== location)
      report('model', 'location/contradiction');
    if (e && m && e.project !== m.project)
      report('endpoint', 'endpoint/project-mismatch');
    if (e && e.location !== (m?.location ?? location))
      report('endpoint', 'endpoint/location-mismatch');
  },
  ({ model, isUploaded }, report) => {
    if (model === undefined) return;
    const version = model.split('@')[1];
    // An uploaded model has no version yet.
    if (version === undefined && isUploaded) return;
    if (version === undefined) report('model', 'model/unpinned');
    else if (version === '0') report('model', 'model/version-zero');
    else if (!/^[0-9]+$/.test(version)) report('model', 'model/alias');
  },
  ({ 'service-account': account, endpoint, project }, report) => {
    if (account === undefined) return;
    const home = resource(endpoint)?.project ?? project;
    const own = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(account)?.[1];
    if (account.endsWith('-compute@developer.gserviceaccount.com')) {
      report('service-account', 'service-account/default');
    } else if (own?.startsWith('gcp-sa-')) {
      report('service-account', 'service-account/google-managed');
    } else if (own && home && own !== home) {
      report('service-account', 'service-account/project');
    }
  },
  ({ 'machine-type': machine, accelerator, replicas }, report) => {
    if (machine === undefined) return;
    if (!MACHINES.has(machine)) report('machine-type', 'machine-type/unknown');
    else if (MACHINES.get(machine) && accelerator === undefined) {
      report('machine-type', 'machine-type/accelerator-missing');
    }
    if (
      machine.startsWith('a4x-') &&
      Number((replicas ?? '1').split('-')[0]) < 18
    ) {
      report('replicas', 'machine-type/few-replicas');
    }
  },
  ({ accelerator, 'machine-type': machine }, report) => {
    if (accelerator === undefined) return;
    const [kind, count] = accelerator.split(':');
    if (kind === 'NVIDIA_TESLA_K80')
      report('accelerator', 'accelerator/deprecated');
    else if (kind.startsWith('TPU')) report('accelerator', 'accelerator/tpu');
    else if (!ACCELERATORS.has(kind))
      report('accelerator', 'accelerator/unknown');
    else if (machine === undefined)
      report('accelerator', 'accelerator/machine-missing');
    else if (MACHINES.has(machine)) {
      const carried = MACHINES.get(machine);
      const isAttached = ATTACHED.has(kind) && machine.startsWith('n1-');
      if (carried ? carried.kind !== kind : !isAttached) {
        report('accelerator', 'accelerator/machine-mismatch');
      } else if (
        carried
          ? carried.count !== Number(count)
          : ![1, 2, 4, 8].includes(Number(count))
      ) {
        report('accelerator', 'accelerator/count');
      }
    }
  },
  ({ replicas }, report) => {
    if (replicas === undefined) return;
    const [min, max = min] = replicas.split('-').map(Number);
    if (min === 0 || max === 0) report('replicas', 'replicas/zero');
    else if (min > max) report('replicas', 'replicas/reversed');
  },
  ({ image, model, location, accelerator, 'artifact-uri': files }, report) => {
    if (image === undefined) return;
    if (model?.includes('@')) report('image', 'image/unused');
    const [, place, prebuilt] =
      /^(.*?)-docker\.pkg\.dev\/(?:vertex-ai\/prediction\/([^:@]+))?/.exec(
        image,
      ) ?? [];
    const isContinent = ['us', 'europe', 'asia'].includes(place);
    if (prebuilt) {
      const continent =
        { northamerica: 'us' }[location?.split('-')[0]] ??
        location?.split('-')[0];
      if (!isContinent) report('image', 'image/prebuilt-region');
      else if (
        place !== continent &&
        ['us', 'europe', 'asia'].includes(continent)
      ) {
        report('image', 'image/prebuilt-far');
      }
      if (!PREBUILT.has(prebuilt)) report('image', 'image/prebuilt-unknown');
      else if (/-gpu\./.test(prebuilt) && accelerator === undefined)
        report('image', 'image/accelerator-missing');
      else if (/-cpu\./.test(prebuilt) && accelerator !== undefined) {
        report(
          'accelerator',
          /^(sklearn|xgboost)/.test(prebuilt)
            ? 'accelerator/framework'
            : 'accelerator/image-without-gpu',
        );
      }
      if (files === undefined) report('image', 'image/artifact-missing');
      return;
    }
    if (place === undefined) report('image', 'image/container-registry');
    else if (isContinent) report('image', 'image/multi-region');
    else if (location && place !== location) report('image', 'image/location');
    if (image.includes('@')) return;
    const tag = /:([^:/]+)$/.exec(image)?.[1];
    if (tag === undefined) report('image', 'image/untagged');
    else if (tag === 'latest') report('image', 'image/latest');
  },
  ({ 'artifact-uri': files, image, model }, report) => {
    if (files === undefined) return;
    if (model?.includes('@')) report('artifact-uri', 'artifact-uri/unused');
    else if (image === undefined)
      report('artifact-uri', 'artifact-uri/image-missing');
    if (/\/[^/]+\.(pkl|joblib|bst|json|pb|h5|pt|mar|zip|txt)$/.test(files))
      report('artifact-uri', 'artifact-uri/file');
  },
  ({ 'kms-key': key, location, endpoint }, report) => {
    const expected = resource(endpoint)?.location ?? location;
    if (key && expected && key.split('/')[3] !== expected)
      report('kms-key', 'kms-key/location');
  },
  ({ labels }, report) => {
    if (labels === undefined) return;
    const pairs = labels.split(',').map(pair => pair.split('='));
    const keys = pairs.map(([key]) => key.trim());
    if (keys.some(key => !/^[a-z][a-z0-9_-]{0,62}$/.test(key)))
      report('labels', 'labels/key');
    if (pairs.some(([, value]) => !/^[a-z0-9_-]{0,63}$/.test(value.trim())))
      report('labels', 'labels/value');
    if (keys.some(key => key.startsWith('goog-')))
      report('labels', 'labels/reserved');
    if (new Set(keys).size < keys.length) report('labels', 'labels/duplicate');
    if (keys.length > 64) report('labels', 'labels/too-many');
  },
  ({ traffic }, report) => {
    if (traffic === undefined) return;
    if (Number(traffic) > 100) report('traffic', 'traffic/range');
    else if (Number(traffic) === 0) report('traffic', 'traffic/none');
  },
  ({ env }, report) => {
    if (env === undefined) return;
    const pairs = env
      .split(/[;\n]/)
      .map(pair => pair.trim())
      .filter(Boolean);
    const names = pairs.map(pair => pair.split('=')[0]);
    if (pairs.some(pair => !pair.includes('='))) report('env', 'env/malformed');
    else if (names.some(name => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)))
      report('env', 'env/name');
    if (names.some(name => name.startsWith('AIP_')))
      report('env', 'env/reserved');
    if (new Set(names).size < names.length) report('env', 'env/duplicate');
    if (names.length > 200) report('env', 'env/too-many');
  },
  (values, report) => {
    if (
      values.model?.includes('@') &&
      CONTAINER.some(key => values[key] !== undefined)
    ) {
      report(
        CONTAINER.find(key => values[key] !== undefined),
        'container/unused',
      );
    }
  },
  ({ 'deployment-timeout': timeout }, report) => {
    if (timeout !== undefined && parseInt(timeout, 10) > 7200)
      report('deployment-timeout', 'deployment-timeout/too-long');
  },
  (values, report) => {
    for (const key of ['health-probe', 'startup-probe']) {
      if (/=0(,|$)/.test(values[key] ?? '')) report(key, 'probe/limits');
    }
  },
];

/** The codes of these rules. */
export const CODES = new Set([
  ...Object.keys(FORMATS)
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
  'image/container-registry',
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
