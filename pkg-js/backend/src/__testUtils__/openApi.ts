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
}

/** Returns the path of the document that a request's path is an example of. */
function pathOf(path: string): string {
  const plain = path.split('?')[0].replace(/^\/api\/vertex-ai/, '');
  return plain.replace(/^\/deployments\/(?!plan$)[^/]+/, '/deployments/{id}');
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

/** Returns the answers of the document that no test of the file got, except those of denied sign-ins, bounds and failures. */
export function unseen(): string[] {
  const all = Object.entries<any>(document.paths).flatMap(([path, verbs]) =>
    ['get', 'post']
      .filter(verb => verbs[verb])
      .flatMap(verb =>
        Object.keys(verbs[verb].responses).map(
          status => `${verb} ${path} ${status}`,
        ),
      ),
  );
  return all.filter(name => !seen.has(name) && !/ (401|429|503)$/.test(name));
}
