"""Authlib, a client of the standards, signs a citizen in and a system.

    oidc.py URL DATA_DIR KEY_FILE CLIENT

URL is a city with its demo data, whose letters lie in DATA_DIR; CLIENT is a system of an agency with
the private key in KEY_FILE.
"""

import re
import secrets
import sys
from html import unescape
from pathlib import Path

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from tokens import EMAIL, PATIENCE_SECONDS, code_from_letter

CALLBACK = "http://127.0.0.1:53112/callback"


class Browser:
    """Shows pages, sends their forms and keeps cookies; runs no scripts."""

    def __init__(self, url: str):
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept-Language"] = "en"

    def get(self, url: str) -> requests.Response:
        return self.http.get(url, allow_redirects=False, timeout=PATIENCE_SECONDS)

    def submit(self, page: requests.Response, **fill: str) -> requests.Response:
        assert page.status_code == 200, page.text
        form = re.search(r"<form.*?</form>", page.text, re.DOTALL).group()
        action = unescape(re.search(r'action="([^"]*)"', form).group(1))
        hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
        fields = {name: unescape(value) for name, value in hidden} | fill
        return self.http.post(
            self.url + action, data=fields, allow_redirects=False, timeout=PATIENCE_SECONDS
        )

    def sign_in(self, link: str, letters: Path) -> str:
        """From the authorization endpoint back to the client: the address it is sent to."""
        old = set(letters.glob("*.eml"))
        page = self.submit(self.get(link), address=EMAIL)
        page = self.submit(page, code=code_from_letter(letters, old))
        back = self.submit(page, decision="allow")
        assert back.status_code == 303, back.text
        return back.headers["Location"]


def refused(error: str, attempt) -> None:
    try:
        attempt()
    except AuthlibBaseError as refusal:
        assert refusal.error == error, refusal
        return
    sys.exit(f"{error} was expected")


def citizen(url: str, data_dir: str, metadata: dict) -> None:
    client = OAuth2Session(
        "citygate-app",
        token_endpoint_auth_method="none",
        redirect_uri=CALLBACK,
        scope="openid offline_access profile email citizen",
        code_challenge_method="S256",
    )
    client.trust_env = False
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    link, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    browser = Browser(url)
    back = browser.sign_in(link, Path(data_dir) / "mail")
    tokens = client.fetch_token(
        metadata["token_endpoint"], authorization_response=back, code_verifier=verifier, state=state
    )
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=PATIENCE_SECONDS).json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"])
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": url},
        aud={"essential": True, "value": "citygate-app"},
        nonce={"essential": True, "value": nonce},
    ).validate(token.claims)
    assert token.claims["amr"] == ["otp"], token.claims
    print(f"  signed in at {token.claims['acr']}")

    known = client.get(metadata["userinfo_endpoint"]).json()
    assert known["sub"] == token.claims["sub"] and known["email"] == EMAIL, known
    assert client.get(f"{url}/v1/wallet").status_code == 200
    print("  userinfo and the citizens' API answer")

    first = tokens["refresh_token"]
    second = client.refresh_token(metadata["token_endpoint"], refresh_token=first)["refresh_token"]
    third = client.refresh_token(metadata["token_endpoint"], refresh_token=second)["refresh_token"]
    assert len({first, second, third}) == 3
    for token in (first, third):
        refused(
            "invalid_grant",
            lambda: client.refresh_token(metadata["token_endpoint"], refresh_token=token),
        )
    print("  a refresh token that comes back ends its family")

    hint = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": CALLBACK}
    link = requests.Request("GET", metadata["end_session_endpoint"], params=hint).prepare().url
    assert browser.get(link).headers["Location"] == CALLBACK
    link, _ = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, prompt="none"
    )
    assert "error=login_required" in browser.get(link).headers["Location"]
    print("  signed out")


def system(metadata: dict, key_file: str, client_id: str) -> None:
    key = load_der_private_key(Path(key_file).read_bytes(), password=None)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    client = OAuth2Session(
        client_id, ECKey.import_key(pem), token_endpoint_auth_method="private_key_jwt"
    )
    client.trust_env = False
    client.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg="ES256"))
    token = client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    introspected = client.introspect_token(
        metadata["introspection_endpoint"], token=token["access_token"]
    ).json()
    assert introspected["active"] and introspected["client_id"] == client_id, introspected
    print("  private_key_jwt works")


if __name__ == "__main__":
    url, data_dir, key_file, client_id = sys.argv[1:]
    metadata = requests.get(
        f"{url}/.well-known/openid-configuration", timeout=PATIENCE_SECONDS
    ).json()
    assert metadata["issuer"] == url
    citizen(url, data_dir, metadata)
    system(metadata, key_file, client_id)
