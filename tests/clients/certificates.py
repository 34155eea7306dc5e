"""Verifies a certificate with PyJWT, which knows nothing of the city: first offline, by the signed
credential and the published keys alone, then by asking the city with number and code.

    certificates.py URL TOKEN
"""

import base64
import datetime
import json
import string
import sys

import jwt
import requests

PATIENCE_SECONDS = 30
CONTEXT = "https://www.w3.org/ns/credentials/v2"
ALPHABET = string.ascii_letters + string.digits + "-_"


def session(token: str | None = None) -> requests.Session:
    http = requests.Session()
    http.trust_env = False
    http.headers["Accept-Language"] = "en"
    if token:
        http.headers["Authorization"] = f"Bearer {token}"
    return http


def fetch(http: requests.Session, url: str) -> requests.Response:
    answer = http.get(url, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    return answer


def verified(credential: str, keys: jwt.PyJWKSet) -> dict:
    """What a credential says, if one of the keys has signed it. Nobody is asked."""
    header = jwt.get_unverified_header(credential)
    if header["typ"] != "vc+jwt" or header["alg"] != "ES256":
        raise jwt.InvalidTokenError("another kind of token")
    try:
        key = keys[header["kid"]]
    except KeyError as error:
        raise jwt.InvalidTokenError("nobody's key") from error
    return jwt.decode(credential, key, algorithms=["ES256"])


def is_refused(credential: str, keys: jwt.PyJWKSet) -> bool:
    try:
        verified(credential, keys)
    except (jwt.PyJWTError, UnicodeDecodeError, KeyError, TypeError):
        return True
    return False


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check_offline(certificate: dict, keys: jwt.PyJWKSet) -> None:
    credential = certificate["credential"]
    says = verified(credential, keys)
    assert says["@context"][0] == CONTEXT, says
    assert says["type"][0] == "VerifiableCredential", says
    assert says["issuer"]["id"].startswith("urn:citygate:agency:agcy_"), says
    began = datetime.datetime.fromisoformat(says["validFrom"])
    assert began <= datetime.datetime.now(datetime.timezone.utc), says
    subject = says["credentialSubject"]
    assert subject["certificateNumber"] == certificate["number"], says
    values = [said["value"] for said in subject["statements"]]
    assert values == [said["value"] for said in certificate["statements"]], says
    print(f"{certificate['number']} verifies offline with PyJWT {jwt.__version__}")

    changed = 0
    for at, character in enumerate(credential):
        other = next(one for one in ALPHABET if one != character)
        forged = credential[:at] + other + credential[at + 1 :]
        parts, own = forged.split("."), credential.split(".")
        if len(parts) == 3 and [decoded(part) for part in parts] == [decoded(p) for p in own]:
            # The last character of a part may stand for the same bytes.
            continue
        assert is_refused(forged, keys), f"character {at} may be changed"
        changed += 1
    strangers = jwt.PyJWKSet.from_dict({"keys": [stranger()]})
    assert is_refused(credential, strangers), "a key that the city has not published"
    print(f"{changed} credentials that were changed in one character do not")


def stranger() -> dict:
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key)) | {"kid": "stranger"}


def check_online(url: str, certificate: dict) -> None:
    anybody = session()

    def ask(number: str, code: str) -> requests.Response:
        return anybody.post(
            f"{url}/v1/certificate-verifications",
            json={"number": number, "code": code},
            timeout=PATIENCE_SECONDS,
        )

    answer = ask(certificate["number"], certificate["code"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "valid", answer.text
    public = [said["value"] for said in certificate["statements"] if said["public"]]
    assert [said["value"] for said in answer.json()["statements"]] == public, answer.text
    wrong = ask(certificate["number"], "0" * 16)
    last = "1" if certificate["number"].endswith("0") else "0"
    unknown = ask(certificate["number"][:-1] + last, certificate["code"])
    for refused in (wrong, unknown):
        assert refused.status_code == 404, refused.text
        assert refused.json()["code"] == "certificates.unknown", refused.text
    print("the city says that it stands, and of a wrong code nothing")


def main(url: str, token: str) -> None:
    holder = session(token)
    listed = fetch(holder, f"{url}/v1/me/certificates").json()["items"]
    assert listed, "the demo city has a certificate"
    keys = jwt.PyJWKSet.from_dict(fetch(session(), f"{url}/v1/certificates/jwks").json())
    for one in listed:
        path = f"{url}/v1/certificates/{one['certificate_id']}"
        certificate = fetch(holder, path).json()
        check_offline(certificate, keys)
        check_online(url, certificate)
        document = fetch(holder, f"{path}/document")
        assert document.content.startswith(b"%PDF-"), document.headers
    print("and prints it")


if __name__ == "__main__":
    main(*sys.argv[1:])
