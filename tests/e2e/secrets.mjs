// A search for secrets that must never be stored or logged: Google tokens, assertions, private keys.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Returns a description of each secret in a text: Google tokens by their prefix, assertions among its JWTs, private keys. */
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

/** Returns all files below a folder, as one text. */
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

/** Returns the databases' files, pages and write-ahead logs. They contain deleted rows too. */
export const readRows = readTree;
