"""What schemathesis has to be told about the city: who calls which operation, and what a resident
identity number looks like. It is told nothing about how any operation behaves."""

import os
import re
import subprocess
import uuid
from datetime import date
from pathlib import Path

import schemathesis
from hypothesis import strategies

TOKENS = Path(__file__).with_name("tokens.py")
# Citizens' tokens live ten minutes, systems' five.
REFRESH_SECONDS = 240


def caller_of(context) -> str | None:
    """Reads from the document who may call an operation."""
    for scheme in context.operation.definition.raw.get("security", []):
        if "citizen" in scheme:
            return "citizen"
        if "partner" in scheme:
            return system_with(scheme["partner"])
    return None


def system_with(scopes: list[str]) -> str:
    if "books:read" in scopes:
        return "auditor"
    if any(scope.startswith(("hospital.", "exchange.", "system/")) for scope in scopes):
        return "hospital"
    if any(scope.startswith("provident_fund.") for scope in scopes):
        return "fund"
    if any(scope.startswith("social_security.") for scope in scopes):
        return "insurance"
    return "police"


def sign_in_as(caller: str) -> None:
    # A refused token is not fetched again: some requests carry a wrong one on purpose.
    @schemathesis.auth(refresh_interval=REFRESH_SECONDS, retry_on=[]).apply_to(
        lambda context: caller_of(context) == caller
    )
    class Bearer:
        def get(self, case, context):
            arguments = os.environ[f"CLIENT_{caller.upper()}"].split("\n")
            command = [os.environ["CLIENT_PYTHON"], TOKENS, *arguments]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"


for caller in ("citizen", "police", "auditor", "hospital", "fund", "insurance"):
    sign_in_as(caller)


def with_check_character(digits: str) -> str:
    """GB 11643: the eighteenth character by ISO 7064 MOD 11-2."""
    rest = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(digits)) % 11
    return digits + "10X98765432"[rest]


# The document names the format; no pattern can say what a check character is.
schemathesis.openapi.format(
    "resident-id-number",
    strategies.builds(
        lambda division, birth, sequence: with_check_character(
            f"{division}{birth:%Y%m%d}{sequence:03}"
        ),
        strategies.integers(110_000, 829_999),
        strategies.dates(min_value=date(1900, 1, 1), max_value=date(2020, 1, 1)),
        strategies.integers(0, 999),
    ),
)


@schemathesis.hook("before_call")
def fresh_idempotency_key(context, case, kwargs):
    # What is called right in the document is still refused when its key is another request's.
    # Clients choose a fresh one for each intended effect, and so does this one.
    right = case.meta is not None and case.meta.generation.mode.is_positive
    if right and "idempotency-key" in case.headers:
        case.headers["idempotency-key"] = str(uuid.uuid4())


# A part of a batch has an object on each line: one line is a part.
schemathesis.serializer.alias("application/x-ndjson", "application/json")
# HL7 version 2 is text.
schemathesis.serializer.alias("application/hl7-v2", "text/plain")


@schemathesis.hook("before_call").apply_to(
    operation_id_regex="^exchange_fhir_(create|update|conditional_update)$"
)
def address_of_the_type(context, case, kwargs):
    # A resource is sent to the address of its type: no schema can say that of two of its places.
    right = case.meta is not None and case.meta.generation.mode.is_positive
    if right and isinstance(case.body, dict) and "resourceType" in case.body:
        case.path_parameters["type"] = case.body["resourceType"]


@schemathesis.hook("before_call").apply_to(operation_id="identity_put_webhook")
def unreachable_receiver(context, case, kwargs):
    # The city posts to the address that it is given. Nobody has a name below .example (RFC 2606).
    url = case.body.get("url") if isinstance(case.body, dict) else None
    if isinstance(url, str) and len(url) < 2_000:
        case.body["url"] = re.sub(r"^(https?://[^/?:]+)", r"\1.example", url)
