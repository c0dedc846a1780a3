// The way that one would write it in JavaScript: `yaml` reads, `ajv` checks forms, and a function is a rule.
import { LineCounter, isMap, parseAllDocuments } from 'yaml';
import {
  CLEARER,
  KEYS,
  PREFIX,
  REQUIRED,
  areTexts,
  haveForm,
  isEntity,
} from './forms.mjs';
import { RULES, full } from './rules.mjs';

/** All findings of a file: `{ code, key, line, column }`, in the order of the text. */
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
  const ours = new Map();
  for (const { key, value } of node.items) {
    const name = key.value;
    if (typeof name === 'string' && name.startsWith(PREFIX))
      ours.set(name, { key, value });
  }
  if (ours.size === 0) return;
  checkAnnotations(entity.metadata.annotations, ours, node, add);
}

function checkAnnotations(annotations, ours, node, add) {
  const at = name => ours.get(name)?.value?.range?.[0] ?? node.range[0];
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
  for (const [name, { key }] of ours) {
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
        // A block ends in a line break.
        if (value.replace(/\n$/, '') !== value.trim())
          add('annotation/whitespace', at(name), name);
        if (!environments.has(environment)) environments.set(environment, {});
        environments.get(environment)[plain] = value.trim();
      }
    }
  }
  const base = environments.get(undefined);
  const endpoints = new Map();
  const said = new Set();
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
        !ours.has(`${PREFIX}${key}`) &&
        !(key !== 'endpoint' && key !== 'model' && full(values.model))
      ) {
        add('annotation/missing', node.range[0], key);
      }
    }
    const say = (key, code) => {
      if (waived.has(code)) return;
      const name =
        own[key] !== undefined && environment
          ? `${PREFIX}${key}.${environment}`
          : `${PREFIX}${key}`;
      if (said.has(`${name} ${code}`)) return;
      said.add(`${name} ${code}`);
      add(code, at(name), name);
    };
    const isUploaded = Boolean(values.image ?? values['artifact-uri']);
    const wellFormed = { ...values, isUploaded };
    if (!haveForm(values)) {
      for (const { instancePath } of haveForm.errors) {
        const key = instancePath.slice(1);
        say(key, CLEARER[key]?.(values[key]) || `${key}/malformed`);
        // The annotation is empty.
        if (key === 'accelerator') delete wellFormed['machine-type'];
        delete wellFormed[key];
      }
    }
    for (const rule of RULES) rule(wellFormed, say);
    if (values.endpoint) {
      if (endpoints.has(values.endpoint))
        say('endpoint', 'environment/shared-endpoint');
      endpoints.set(values.endpoint, environment);
    }
  }
}
