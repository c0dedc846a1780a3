// The entities of the suite: each has its own endpoint, so that deployments run side by side.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { artifacts, database } from './servers.mjs';

export const PLACE = 'projects/acme-ml/locations/us-central1';
/** Names of the entities, and so of the deployments in a round. None is the beginning of another: faults find them by name. */
export const names = [...'abcdefghij'].map(letter => `chaos-${letter}`);
export const endpointOf = name => `${PLACE}/endpoints/${name}`;

const entity = name => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  annotations:
    google.com/vertex-ai-project: acme-ml
    google.com/vertex-ai-location: us-central1
    google.com/vertex-ai-endpoint: ${name}
    google.com/vertex-ai-model: fraud-detector@3
    google.com/vertex-ai-machine-type: n1-standard-4
    google.com/vertex-ai-traffic: '40'
spec:
  type: ml-model
  lifecycle: production
  owner: group:default/ml-team
`;

/** Writes the entities and the configuration that names them; returns the path of the latter. */
export function writeCatalog() {
  mkdirSync(database, { recursive: true });
  const entities = join(artifacts, 'catalog.yaml');
  writeFileSync(entities, names.map(entity).join(''));
  const config = join(artifacts, 'app-config.chaos.yaml');
  // The users of the demo, too: a list in a later file replaces the earlier one.
  const people = resolve(import.meta.dirname, '../../www/catalog/all.yaml');
  const targets = [people, entities];
  const configured = {
    catalog: { locations: targets.map(target => ({ type: 'file', target })) },
  };
  writeFileSync(config, JSON.stringify(configured));
  return config;
}
