"""Signs messages to a city as a hospital's system does (RFC 9421), with http-message-signatures: an
implementation of the standard that knows nothing of the city.

    signatures.py vectors                  prints signed requests, for the unit tests to verify
    signatures.py push URL KEY_FILE TOKEN  pushes a patient, signed in the right and in wrong ways
"""

import datetime
import hashlib
import json
import secrets
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

CITY = "https://city.example"
# When the vectors are signed: the hour at which the clocks of tests begin.
SIGNED_AT = datetime.datetime(2026, 11, 23, 1, 0, tzinfo=datetime.timezone.utc)
COVERED = ("@method", "@target-uri", "content-type")
PATIENCE_SECONDS = 30


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str):
        return self.key

    def resolve_public_key(self, key_id: str):
        return self.key.public_key()


def signed(url, body, key, algorithm, kid, **how) -> requests.PreparedRequest:
    """A request with its signature. `how`: covered, created, nonce."""
    headers = {"Content-Type": "application/fhir+json", **how.get("headers", {})}
    request = requests.Request("POST", url, data=body, headers=headers).prepare()
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=OneKey(key)).sign(
        request,
        key_id=kid,
        created=how.get("created", datetime.datetime.now(datetime.timezone.utc)),
        nonce=how.get("nonce", secrets.token_urlsafe(16)),
        covered_component_ids=how.get("covered", COVERED),
        body=request.body,
        include_alg=how.get("include_alg", True),
    )
    return request


def base64url(number: int, length: int) -> str:
    return urlsafe_b64encode(number.to_bytes(length, "big")).rstrip(b"=").decode()


def jwk(key, kid: str) -> dict:
    public = key.public_key()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        numbers, size = public.public_numbers(), (key.curve.key_size + 7) // 8
        curve = {256: "P-256", 384: "P-384"}[key.curve.key_size]
        point = {"x": base64url(numbers.x, size), "y": base64url(numbers.y, size)}
        return {"kty": "EC", "crv": curve, "kid": kid, **point}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        x = urlsafe_b64encode(public.public_bytes_raw()).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x}
    numbers = public.public_numbers()
    return {"kty": "RSA", "kid": kid, "n": base64url(numbers.n, 256), "e": base64url(numbers.e, 3)}


def vectors() -> None:
    p256, p384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
    ed, rsa_key = ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)
    apart = ("@method", "@authority", "@path", "content-type")
    cases = [
        ("p256", p256, algorithms.ECDSA_P256_SHA256, "/fhir/r4", {}),
        ("p384", p384, algorithms.ECDSA_P384_SHA384, "/fhir/r4", {"include_alg": False}),
        ("ed25519", ed, algorithms.ED25519, "/fhir/r4/Patient", {"covered": apart}),
        ("pss", rsa_key, algorithms.RSA_PSS_SHA512, "/fhir/r4?_format=json", {}),
        (
            "rsa",
            rsa_key,
            algorithms.RSA_V1_5_SHA256,
            "/fhir/r4?_format=json",
            {"covered": (*apart, "@query", "if-none-exist"), "headers": {"If-None-Exist": "a=1"}},
        ),
    ]
    printed = []
    for kid, key, algorithm, path, how in cases:
        body = json.dumps({"resourceType": "Patient", "name": [{"text": "王芳"}]})
        how |= {"created": SIGNED_AT, "nonce": f"nonce-{kid}"}
        request = signed(CITY + path, body.encode(), key, algorithm, kid, **how)
        keep = ("content-type", "content-digest", "signature-input", "signature", "if-none-exist")
        headers = {name: request.headers[name] for name in keep if name in request.headers}
        printed.append({"path": path, "headers": headers, "body": body, "jwk": jwk(key, kid)})
    print(json.dumps(printed, indent=1, ensure_ascii=False))


def thumbprint(key: ec.EllipticCurvePrivateKey) -> str:
    """RFC 7638: what the city calls a key of its demo."""
    public = jwk(key, "")
    del public["kid"]
    text = json.dumps(public, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def push(url: str, key_file: str, token: str) -> None:
    key = load_der_private_key(Path(key_file).read_bytes(), password=None)
    kid = thumbprint(key)
    http = requests.Session()
    http.trust_env = False
    national = {"system": "urn:oid:2.16.156.10011.1.3", "value": "11010519491231002X"}
    body = json.dumps({"resourceType": "Patient", "identifier": [national]}).encode()
    where = f"{url}/fhir/r4/Patient"
    ecdsa = algorithms.ECDSA_P256_SHA256
    now = datetime.datetime.now(datetime.timezone.utc)
    nonce = secrets.token_urlsafe(16)

    def answered(request: requests.PreparedRequest, expected: int, code: str | None) -> dict:
        request.headers["Authorization"] = f"Bearer {token}"
        request.headers["Accept-Language"] = "en"
        answer = http.send(request, timeout=PATIENCE_SECONDS)
        found = answer.json().get("issue", [{}])[0].get("details", {}).get("coding", [{}])[0]
        if answer.status_code not in (expected, 200 if expected == 201 else expected):
            sys.exit(f"{expected} {code} was expected: {answer.status_code} {answer.text}")
        if code and found.get("code") != code:
            sys.exit(f"{code} was expected: {answer.text}")
        print(f"{answer.status_code} {found.get('code', 'accepted')}")
        return answer.json()

    invalid, stale = "exchange.signature_invalid", "exchange.signature_stale"
    answered(signed(where, body, key, ecdsa, kid, nonce=nonce), 201, None)
    answered(signed(where, body, key, ecdsa, kid, nonce=nonce), 401, "exchange.signature_replayed")
    entry = {"resource": json.loads(body), "request": {"method": "POST", "url": "Patient"}}
    for kind, entries in (("batch", [entry] * 3), ("transaction", [entry])):
        bundle = {"resourceType": "Bundle", "type": kind, "entry": entries}
        whole = signed(f"{url}/fhir/r4", json.dumps(bundle).encode(), key, ecdsa, kid)
        for became in answered(whole, 200, None)["entry"]:
            if became["response"]["status"] not in ("200 OK", "201 Created"):
                sys.exit(f"an entry of a signed {kind}: {became}")
    late = now - datetime.timedelta(seconds=400)
    answered(signed(where, body, key, ecdsa, kid, created=late), 401, stale)
    early = now + datetime.timedelta(seconds=400)
    answered(signed(where, body, key, ecdsa, kid, created=early), 401, stale)
    stranger = ec.generate_private_key(ec.SECP256R1())
    answered(signed(where, body, stranger, ecdsa, kid), 401, invalid)
    answered(signed(where, body, key, ecdsa, "unknown"), 401, invalid)
    answered(signed(where, body, key, ecdsa, kid, covered=("@method",)), 401, invalid)
    altered = signed(where, body, key, ecdsa, kid)
    altered.body = body.replace(b"11010519491231002X", b"440524188001010014")
    answered(altered, 401, invalid)
    cut = signed(where, body, key, ecdsa, kid)
    cut.body = body[: len(body) // 2]
    cut.headers["Content-Length"] = str(len(cut.body))
    answered(cut, 401, invalid)
    digested = signed(where, body, key, ecdsa, kid)
    digest = urlsafe_b64encode(hashlib.sha256(b"another").digest()).decode()
    digested.headers["Content-Digest"] = f"sha-256=:{digest}:"
    answered(digested, 401, invalid)
    elsewhere = signed(f"{url}/fhir/r4/Slot", body, key, ecdsa, kid)
    elsewhere.url = where
    answered(elsewhere, 401, invalid)


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    {"vectors": vectors, "push": push}[what](*arguments)
