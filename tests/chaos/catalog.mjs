// The entities of the suite: each has its own endpoint, so that deployments run side by side.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { changeTemplates, entityText, KINDS } from './kinds.mjs';
import { artifacts, database, postgres } from './servers.mjs';

export const PLACE = 'projects/acme-ml/locations/us-central1';
/** Names of the entities, and so of the deployments in a round. None is the beginning of another: faults find them by name. */
export const names = [...'abcdefghij'].map(letter => `chaos-${letter}`);
/** Names of entities for the test of a restored database. */
export const restorable = ['early', 'served', 'gone', 'redone'].map(
  what => `restored-${what}`,
);
/** Names of the templates that tasks run. */
export const templates = ['deploy-model', ...changeTemplates];
export const endpointOf = name => `${PLACE}/endpoints/${name}`;

/** An entity that pins a version of a model, or uploads one. */
const entity = ({ name, model = 'fraud-detector@3', image }) =>
  entityText(name, { model, traffic: 40, ...(image && { image }) });

/** Writes the file of one entity; returns its path. */
export function writeEntity(name, annotations) {
  const path = join(artifacts, `${name}.yaml`);
  writeFileSync(path, entityText(name, annotations));
  return path;
}

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
  // The users of the demo, and the templates: a list in a later file replaces the earlier one.
  const root = resolve(import.meta.dirname, '../..');
  const targets = [
    join(root, 'www/catalog/all.yaml'),
    ...templates.map(name =>
      join(root, `scaffolder-templates/${name}/template.yaml`),
    ),
    entities,
    ...Object.entries(KINDS).map(([name, { annotations }]) =>
      writeEntity(name, annotations),
    ),
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
