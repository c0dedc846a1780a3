// Searching for what must never be written down: Google tokens, assertions, private keys.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Everything secret in a text: what begins like a Google token, assertions among its JWTs, private keys. */
export function findSecrets(text) {
  const found = [];
  for (const [token] of text.matchAll(/ya29\.[\w.-]{8,}/g))
    found.push(`a Google token, ${token.slice(0, 12)}…`);
  for (const [jwt] of text.matchAll(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g)) {
    const claims = Buffer.from(jwt.split('.')[1], 'base64url').toString();
    if (claims.includes('workloadIdentityPools'))
      found.push(`an assertion, ${jwt.slice(0, 16)}…`);
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text))
    found.push('a PEM private key');
  for (const [jwk] of text.matchAll(/\{[^{}]*"kty"[^{}]*\}/g)) {
    if (/"d"\s*:/.test(jwk)) found.push('a private JWK');
  }
  return found;
}

/** All files below a folder, as text. */
export function readTree(folder) {
  return readdirSync(folder)
    .map(name => join(folder, name))
    .map(path =>
      statSync(path).isDirectory()
        ? readTree(path)
        : readFileSync(path, 'latin1'),
    )
    .join('\n');
}

/** The databases' files, pages and write-ahead logs alike: rows that were deleted are in there too. */
export const readRows = readTree;
