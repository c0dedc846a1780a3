// The JavaScript peer, as a JavaScript developer would write it: `yaml` reads, `ajv` checks formats, and a rule is a function.
import { LineCounter, isMap, parseAllDocuments } from 'yaml';
import {
  KEYS,
  PREFIX,
  REQUIRED,
  SPECIFIC,
  areTexts,
  areWellFormed,
  isEntity,
} from './formats.mjs';
import { RULES, resource } from './rules.mjs';

/** Returns the findings of a file, `{ code, key, line, column }`, in the order of the text. */
export function check(text) {
  const lines = new LineCounter();
  const findings = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    const add = (code, offset, key) => {
      const { line, col } = lines.linePos(offset ?? 0);
      findings.push({ code, key, line, column: col });
    };
    if (document.errors.length > 0) {
      for (const { code, pos } of document.errors) {
        add(
          code === 'DUPLICATE_KEY' ? 'entity/duplicate-key' : 'entity/syntax',
          pos[0],
        );
      }
      continue;
    }
    if (document.contents !== null) checkEntity(document, add);
  }
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

function checkEntity(document, add) {
  let entity;
  try {
    entity = document.toJS();
  } catch {
    // Too many aliases.
    return;
  }
  if (!isEntity(entity)) {
    const isMapping = isEntity.errors.some(
      ({ instancePath }) => instancePath === '/metadata/annotations',
    );
    add(
      isMapping ? 'entity/annotations-not-a-mapping' : 'entity/not-an-entity',
      document.contents.range[0],
    );
    return;
  }
  const node = document.getIn(['metadata', 'annotations'], true);
  if (!isMap(node)) return;
  const vertex = new Map();
  for (const { key, value } of node.items) {
    const name = key.value;
    if (typeof name === 'string' && name.startsWith(PREFIX))
      vertex.set(name, { key, value });
  }
  if (vertex.size === 0) return;
  checkAnnotations(entity.metadata.annotations, vertex, node, add);
}

function checkAnnotations(annotations, vertex, node, add) {
  const at = name => vertex.get(name)?.value?.range?.[0] ?? node.range[0];
  if (!areTexts(annotations)) {
    for (const { instancePath } of areTexts.errors) {
      const name = instancePath.slice(1).replaceAll('~1', '/');
      add('annotation/not-text', at(name), name);
    }
  }
  const waived = new Set(
    `${annotations[`${PREFIX}waive`] ?? ''}`
      .split('\n')
      .map(line => /^([a-z-]+\/[a-z-]+): \S/.exec(line)?.[1]),
  );
  const environments = new Map([[undefined, {}]]);
  for (const [name, { key }] of vertex) {
    const [plain, environment] = name.slice(PREFIX.length).split('.');
    const value = annotations[name];
    if (!KEYS.has(plain)) add('annotation/unknown', key.range[0], name);
    else if (
      environment !== undefined &&
      !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(environment)
    ) {
      add('environment/malformed', key.range[0], name);
    } else if (typeof value === 'string') {
      if (value === '') add('annotation/empty', at(name), name);
      else {
        // A block scalar ends in a line break.
        if (value.replace(/\n$/, '') !== value.trim())
          add('annotation/whitespace', at(name), name);
        if (!environments.has(environment)) environments.set(environment, {});
        environments.get(environment)[plain] = value.trim();
      }
    }
  }
  const base = environments.get(undefined);
  const endpoints = new Map();
  const reported = new Set();
  for (const [environment, own] of environments) {
    const values = { ...base, ...own };
    if (
      !values.model &&
      !values.endpoint &&
      environment === undefined &&
      environments.size > 1
    )
      continue;
    for (const key of REQUIRED) {
      if (
        values[key] === undefined &&
        !vertex.has(`${PREFIX}${key}`) &&
        !(key !== 'endpoint' && key !== 'model' && resource(values.model))
      ) {
        add('annotation/missing', node.range[0], key);
      }
    }
    const report = (key, code) => {
      if (waived.has(code)) return;
      const name =
        own[key] !== undefined && environment
          ? `${PREFIX}${key}.${environment}`
          : `${PREFIX}${key}`;
      if (reported.has(`${name} ${code}`)) return;
      reported.add(`${name} ${code}`);
      add(code, at(name), name);
    };
    const isUploaded = Boolean(values.image ?? values['artifact-uri']);
    const wellFormed = { ...values, isUploaded };
    if (!areWellFormed(values)) {
      for (const { instancePath } of areWellFormed.errors) {
        const key = instancePath.slice(1);
        report(key, SPECIFIC[key]?.(values[key]) || `${key}/malformed`);
        // The annotation is empty.
        if (key === 'accelerator') delete wellFormed['machine-type'];
        delete wellFormed[key];
      }
    }
    for (const rule of RULES) rule(wellFormed, report);
    if (values.endpoint) {
      if (endpoints.has(values.endpoint))
        report('endpoint', 'environment/shared-endpoint');
      endpoints.set(values.endpoint, environment);
    }
  }
}
