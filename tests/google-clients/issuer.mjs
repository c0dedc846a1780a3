/** An OIDC issuer on loopback: what the portal is to Google, with claims of a test's choosing. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';

const encode = value =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts one; `assertion(claims)` signs with ES256, `close()` ends it. */
export async function startIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });
  const kid = randomUUID();
  const jwk = {
    ...publicKey.export({ format: 'jwk' }),
    kid,
    alg: 'ES256',
    use: 'sig',
  };
  const server = createServer((request, response) => {
    const documents = {
      '/.well-known/openid-configuration': {
        issuer: url,
        jwks_uri: `${url}/jwks.json`,
      },
      '/jwks.json': { keys: [jwk] },
    };
    const document = documents[request.url];
    response.writeHead(document ? 200 : 404, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(document ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    assertion(claims) {
      const now = Math.floor(Date.now() / 1000);
      const head = encode({ alg: 'ES256', typ: 'JWT', kid });
      const body = encode({ iss: url, iat: now, exp: now + 300, ...claims });
      const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
        key: privateKey,
        dsaEncoding: 'ieee-p1363',
      });
      return `${head}.${body}.${signature.toString('base64url')}`;
    },
    close: () => server.close(),
  };
}
