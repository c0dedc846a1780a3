import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

/** The committed description of the API. */
export const document: any = parse(
  readFileSync(resolve(__dirname, '../../openapi.yaml'), 'utf8'),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, 'api');

/** Escapes a part of a JSON pointer inside a URI. */
const part = (text: string) =>
  encodeURIComponent(text.replace(/~/g, '~0').replace(/\//g, '~1'));

const seen = new Set<string>();

function check(pointer: string, value: unknown) {
  const validate = ajv.getSchema(`api#${pointer}`);
  if (!validate) throw new Error(`openapi.yaml has no ${pointer}`);
  if (!validate(value)) {
    throw new Error(
      `not as openapi.yaml says: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`,
    );
  }
  const rounded = inexact(value);
  if (rounded.length > 0) {
    throw new Error(`numbers above 2^53: ${rounded} in ${pointer}`);
  }
}

/** Returns the whole numbers in a value that JSON may have rounded. */
export function inexact(value: unknown): number[] {
  if (typeof value === 'number') {
    const isExact = !Number.isInteger(value) || Number.isSafeInteger(value);
    return isExact ? [] : [value];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(inexact);
}

/** Returns the path of the document that a request's path is an example of. */
function pathOf(path: string): string {
  const plain = path.split('?')[0].replace(/^\/api\/vertex-ai/, '');
  return plain.replace(/^\/deployments\/(?!plan$)[^/]+/, '/deployments/{id}');
}

/** Answers to requests that the server has read without an objection to their form. */
const READ = [200, 201, 202, 409, 429];

interface Sent {
  headers: Record<string, string>;
  body?: unknown;
}

interface Parameter {
  name: string;
  in: 'header' | 'path' | 'query';
  required?: boolean;
  explode?: boolean;
  schema: { type: string };
}

/** The value of a parameter as the document types it. */
function typed(text: string, { schema, explode }: Parameter): unknown {
  if (schema.type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (schema.type === 'array' && explode === false) return text.split(',');
  return text;
}

/**
 * Checks that the document describes a request that the server has read: its body, each parameter of its query, and the headers that the
 * document names.
 */
export function checkRequest(
  verb: string,
  path: string,
  status: number,
  { headers, body }: Sent,
) {
  if (!READ.includes(status)) return;
  const at = `/paths/${part(pathOf(path))}`;
  const described = document.paths[pathOf(path)];
  const operation = described[verb.toLowerCase()];
  const query = new URL(path, 'http://portal').searchParams;
  const parameters = [
    ...(described.parameters ?? []).map((_: object, index: number) =>
      resolved(`${at}/parameters/${index}`),
    ),
    ...(operation.parameters ?? []).map((_: object, index: number) =>
      resolved(`${at}/${verb.toLowerCase()}/parameters/${index}`),
    ),
  ];
  const names = new Set<string>();
  for (const { where, parameter } of parameters) {
    const given = {
      header: headers[parameter.name.toLowerCase()],
      path: path.split(/[/?]/)[2],
      query: query.get(parameter.name) ?? undefined,
    }[parameter.in as Parameter['in']];
    if (parameter.in === 'query') names.add(parameter.name);
    if (given !== undefined) check(`${where}/schema`, typed(given, parameter));
    else if (parameter.required) {
      throw new Error(`openapi.yaml requires ${parameter.name} of ${path}`);
    }
  }
  for (const name of query.keys()) {
    if (!names.has(name)) throw new Error(`openapi.yaml has no ?${name}`);
  }
  const content = part('application/json');
  if (operation.requestBody) {
    const where = `${at}/${verb.toLowerCase()}/requestBody/content/${content}`;
    check(`${where}/schema`, body);
  } else if (body !== undefined) {
    throw new Error(`openapi.yaml has no body of ${verb} ${path}`);
  }
}

/** Follows the reference at a place of the document. */
function resolved(where: string): { where: string; parameter: Parameter } {
  const found = where
    .split('/')
    .slice(1)
    .map(name => decodeURIComponent(name))
    .map(name => name.replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce((value, name) => value[name], document);
  return found.$ref
    ? resolved(found.$ref.slice(1))
    : { where, parameter: found };
}

/** Checks that the document describes an answer. */
export function checkAnswer(
  verb: string,
  path: string,
  status: number,
  body: unknown,
) {
  const operation = `${verb.toLowerCase()} ${pathOf(path)}`;
  const answers =
    document.paths[pathOf(path)]?.[verb.toLowerCase()]?.responses ?? {};
  const answer = answers[status];
  if (!answer) throw new Error(`openapi.yaml has no ${status} of ${operation}`);
  seen.add(`${operation} ${status}`);
  const shared = answer.$ref?.slice(1);
  const where =
    shared ??
    `/paths/${part(pathOf(path))}/${verb.toLowerCase()}/responses/${status}`;
  check(`${where}/content/${part('application/json')}/schema`, body);
}

/** Checks an event of the stream. */
export function checkEvent(type: string, data: unknown) {
  const where = `/paths/${part('/deployments/{id}/events')}/get/responses/200`;
  check(`${where}/content/${part('text/event-stream')}/x-events/${type}`, data);
  seen.add('get /deployments/{id}/events 200');
}

/** The operations of the document, by the test file that gets each of their answers. */
const OPERATIONS = {
  starting: ['post /deployments', 'post /deployments/plan'],
  cancelling: ['post /deployments/{id}/cancel'],
  reading: [
    'get /deployments',
    'get /deployments/{id}',
    'get /deployments/{id}/trace',
  ],
  events: ['get /deployments/{id}/events'],
  takeover: ['post /deployments/{id}/takeover'],
  containerLog: ['get /deployments/{id}/log'],
  preflight: ['post /preflight'],
};

/**
 * Returns the answers of a test file's operations that no test of the file got, except those of denied sign-ins, bounds and failures, and
 * operations of the document that no test file has.
 */
export function unseen(file: keyof typeof OPERATIONS): string[] {
  const owned = Object.values(OPERATIONS).flat();
  return Object.entries<any>(document.paths).flatMap(([path, verbs]) =>
    ['get', 'post']
      .filter(verb => verbs[verb])
      .flatMap(verb => {
        const operation = `${verb} ${path}`;
        if (!owned.includes(operation)) return [operation];
        if (!OPERATIONS[file].includes(operation)) return [];
        return Object.keys(verbs[verb].responses)
          .map(status => `${operation} ${status}`)
          .filter(name => !seen.has(name) && !/ (401|429|503)$/.test(name));
      }),
  );
}
