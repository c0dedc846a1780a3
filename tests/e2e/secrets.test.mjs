import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSecrets } from './secrets.mjs';

const jwt = claims =>
  ['{"alg":"ES256"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.');

test('finds each kind of secret, and nothing else', () => {
  const assertion = jwt({
    aud: 'https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p',
  });
  assert.equal(
    findSecrets(`x ya29.f.0123456789abcdef y ${assertion}`).length,
    2,
  );
  assert.equal(
    findSecrets('{"kty":"EC","x":"1","d":"2"} -----BEGIN PRIVATE KEY-----')
      .length,
    2,
  );
  assert.deepEqual(
    findSecrets(`${jwt({ aud: 'backstage' })} {"kty":"EC","x":"1"}`),
    [],
  );
});
