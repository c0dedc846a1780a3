// The entities of the suite: each has its own endpoint, so that deployments run side by side.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { artifacts, database, postgres } from './servers.mjs';

export const PLACE = 'projects/acme-ml/locations/us-central1';
/** Names of the entities, and so of the deployments in a round. None is the beginning of another: faults find them by name. */
export const names = [...'abcdefghij'].map(letter => `chaos-${letter}`);
/** Names of entities for the test of a restored database. */
export const restorable = ['early', 'served', 'gone', 'redone'].map(
  what => `restored-${what}`,
);
export const endpointOf = name => `${PLACE}/endpoints/${name}`;

const entity = ({ name, model = 'fraud-detector@3', image }) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  annotations:
    google.com/vertex-ai-project: acme-ml
    google.com/vertex-ai-location: us-central1
    google.com/vertex-ai-endpoint: ${name}
    google.com/vertex-ai-model: ${model}
    google.com/vertex-ai-machine-type: n1-standard-4
    google.com/vertex-ai-traffic: '40'
${image ? `    google.com/vertex-ai-image: ${image}\n` : ''}spec:
  type: ml-model
  lifecycle: production
  owner: group:default/ml-team
`;

/**
 * Writes the entities and the configuration that names them; returns the path of the latter. `more` are entities of the
 * caller, `settings` are added to the configuration.
 */
export function writeCatalog(more = [], settings = {}) {
  mkdirSync(database, { recursive: true });
  const entities = join(artifacts, 'catalog.yaml');
  writeFileSync(
    entities,
    [
      ...[...names, ...restorable].map(name => entity({ name })),
      ...more.map(entity),
    ].join(''),
  );
  const config = join(artifacts, 'app-config.chaos.yaml');
  // The users of the demo, and the template: a list in a later file replaces the earlier one.
  const root = resolve(import.meta.dirname, '../..');
  const targets = [
    join(root, 'www/catalog/all.yaml'),
    join(root, 'scaffolder-templates/deploy-model/template.yaml'),
    entities,
  ];
  const configured = {
    ...settings,
    catalog: { locations: targets.map(target => ({ type: 'file', target })) },
    // Replicas listen on ports of their own, behind a load balancer on the port of the portal.
    ...(postgres && {
      backend: {
        listen: { port: '${PORTAL_LISTEN}' },
        database: { client: 'pg', connection: '${POSTGRES_LINE}' },
      },
    }),
  };
  writeFileSync(config, JSON.stringify(configured));
  return config;
}
