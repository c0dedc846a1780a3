"""An issuer of assertions on loopback, like the portal: discovery, one key, and signing."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

PROVIDER = "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal"
KEY_ID = "only"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    def __init__(self):
        self.new_key()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                discovery = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks"}
                body = json.dumps({"keys": [issuer.public]} if self.path == "/jwks" else discovery).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Requests are not logged."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def new_key(self):
        """Replaces the key; its id stays."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        x, y = (encoded(number.to_bytes(32, "big")) for number in (point.x, point.y))
        self.public = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KEY_ID, "x": x, "y": y}

    def get_subject_token(self, _context, _request):
        """An assertion for Google's credentials."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": "user:default/maria", "aud": f"https:{PROVIDER}", "iat": now, "exp": now + 300}
        claims["groups"] = ["group:default/ml-team"]
        parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "ES256", "kid": KEY_ID}, claims)]
        r, s = decode_dss_signature(self.key.sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256())))
        return ".".join([*parts, encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))])
