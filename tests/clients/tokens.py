"""Gets access tokens from a city by its front door, and prints them.

    tokens.py citizen URL DATA_DIR         by a one-time code that is read from the letter
    tokens.py partner URL KEY_FILE CLIENT  by an assertion signed with the client's key (RFC 7523)

Authlib makes the assertion: a client of the standard that knows nothing of the city.
"""

import re
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from joserfc.jwk import ECKey

EMAIL, CITY = "wang.fang@citygate.example", "330100"
SUBJECT = "Your Citygate code"
PATIENCE_SECONDS = 30


def citizen(url: str, data_dir: str) -> str:
    http = requests.Session()
    http.trust_env = False
    http.headers["Accept-Language"] = "en"
    letters = Path(data_dir) / "mail"
    old = set(letters.glob("*.eml"))
    asked = http.post(
        f"{url}/v1/sign-in/codes", json={"address": EMAIL, "city": CITY}, timeout=PATIENCE_SECONDS
    )
    asked.raise_for_status()
    signed_in = http.post(
        f"{url}/v1/sign-in",
        json={"challenge": asked.json()["challenge"], "code": code_from_letter(letters, old)},
        timeout=PATIENCE_SECONDS,
    )
    signed_in.raise_for_status()
    return signed_in.json()["access_token"]


def code_from_letter(folder: Path, old: set[Path]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for path in set(folder.glob("*.eml")) - old:
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            # A letter that is still being written has no code yet.
            text = (letter.get_payload(decode=True) or b"").decode(errors="replace")
            code = re.search(r"\b\d{6}\b", text)
            if letter["to"] == EMAIL and letter["subject"] == SUBJECT and code:
                return code.group()
        time.sleep(0.1)
    sys.exit(f"no letter with a code to {EMAIL} in {folder}")


def partner(url: str, key_file: str, client_id: str) -> str:
    endpoint = f"{url}/v1/oauth/token"
    key = load_der_private_key(Path(key_file).read_bytes(), password=None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    session = OAuth2Session(
        client_id, ECKey.import_key(pem), token_endpoint_auth_method="private_key_jwt"
    )
    session.trust_env = False
    session.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256"))
    return session.fetch_token(
        endpoint, grant_type="client_credentials", timeout=PATIENCE_SECONDS
    )["access_token"]


if __name__ == "__main__":
    who, *arguments = sys.argv[1:]
    print({"citizen": citizen, "partner": partner}[who](*arguments))
