import Ajv from 'ajv/dist/2020';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import {
  CANCELLED,
  CHECKED,
  FAILED,
  LOG,
  RUNNING,
  SUCCEEDED,
  TRACE,
} from '../__testUtils__/deployments';

/** The API's document, which the backend plugin's own tests hold against the server. */
const document = parse(
  readFileSync(resolve(__dirname, '../../../backend/openapi.yaml'), 'utf8'),
);

/** The reasons why a value is not of a schema of the document. */
function errorsOf(schema: string, value: unknown) {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'api');
  const validate = ajv.getSchema(`api#/components/schemas/${schema}`)!;
  // As it arrives, without what is undefined.
  validate(JSON.parse(JSON.stringify(value)));
  return validate.errors ?? [];
}

describe('the data that the tests of the tab rest on', () => {
  it.each(Object.entries({ RUNNING, SUCCEEDED, FAILED, CANCELLED }))(
    'has deployments as the API returns them: %s',
    (_, { id, ...deployment }) => {
      expect(errorsOf('Deployment', { ...deployment, id })).toEqual([]);
    },
  );

  it('has events as the API streams them', () => {
    for (const { type, data } of LOG) {
      const schema = type === 'state' ? 'StateEvent' : 'ProgressEvent';
      expect(errorsOf(schema, data)).toEqual([]);
    }
  });

  it('has a trace as the API returns it', () => {
    expect(errorsOf('Trace', TRACE)).toEqual([]);
  });

  it('has the report of a preflight as the API returns it', () => {
    expect(errorsOf('PreflightReport', CHECKED)).toEqual([]);
  });

  it('would notice a field that the API does not have', () => {
    expect(errorsOf('Deployment', { ...RUNNING, colour: 'red' })).not.toEqual(
      [],
    );
  });
});
