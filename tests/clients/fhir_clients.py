"""Three foreign FHIR clients are the laboratory and the desk of a hospital.

    TOKEN=... fhir_clients.py BASE ORDER EXAMPLES

BASE is the FHIR endpoint of a city with its demo data, TOKEN an access token of its First Hospital,
ORDER a number that the hospital has given to no order yet; EXAMPLES is a folder with the specification's own examples. fhir.resources (R4B, which differs from
R4 in nothing that is used here) judges every answer.
"""

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import requests
from fhir.resources.R4B import get_fhir_model_class
from fhirclient import client as smart
from fhirclient.models import appointment, fhirreference, slot
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome

CITIZEN = "330106199305120021"
RESIDENT_ID = "urn:oid:2.16.156.10011.1.3"
LOINC = "http://loinc.org"
SECTIONS = "http://terminology.hl7.org/CodeSystem/v2-0074"
PATIENCE_SECONDS = 30


def conforming(body: dict) -> dict:
    """What is answered, if it is as FHIR has it; of a Bundle, with all that is within."""
    get_fhir_model_class(body["resourceType"]).model_validate(body)
    return body


def built(kind: str, **members) -> dict:
    model = get_fhir_model_class(kind).model_validate(members)
    return json.loads(model.model_dump_json(exclude_none=True))


def subject() -> dict:
    return {"identifier": {"system": RESIDENT_ID, "value": CITIZEN}}


def coded(code: str, text: str) -> dict:
    return {"coding": [{"system": LOINC, "code": code}], "text": text}


def observation(code: str, text: str, value: str, unit: str, flag: str) -> dict:
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    return built(
        "Observation",
        status="final",
        code=coded(code, text),
        subject=subject(),
        effectiveDateTime="2026-11-22T08:30:00+08:00",
        valueQuantity={"value": Decimal(value), "unit": unit},
        interpretation=[{"coding": [{"system": system, "code": flag}]}],
    )


def report_of(order_no: str, report_no: str, status: str, observations: list, issued) -> dict:
    """A transaction: a blood count that answers an order."""
    urls = [f"urn:uuid:{uuid4()}" for _ in observations]
    report = built(
        "DiagnosticReport",
        identifier=[{"system": "urn:first-hospital:report", "value": report_no}],
        basedOn=[{"identifier": {"system": "urn:first-hospital:order", "value": order_no}}],
        status=status,
        category=[{"coding": [{"system": SECTIONS, "code": "HM"}]}],
        code=coded("58410-2", "血常规"),
        subject=subject(),
        effectiveDateTime="2026-11-22T08:30:00+08:00",
        issued=issued.isoformat(timespec="milliseconds"),
        result=[{"reference": url} for url in urls],
        conclusion="白细胞轻度升高",
    )
    entries = [entry("Observation", one, url) for one, url in zip(observations, urls)]
    return transaction([*entries, entry("DiagnosticReport", report)])


def entry(kind: str, resource: dict, url: str | None = None) -> dict:
    request = {"method": "POST", "url": kind}
    return {"fullUrl": url or f"urn:uuid:{uuid4()}", "resource": resource, "request": request}


def transaction(entries: list[dict]) -> dict:
    number = {"system": "urn:first-hospital:message", "value": str(uuid4())}
    return built("Bundle", type="transaction", identifier=number, entry=entries)


def described(example: dict) -> dict:
    """What an example observes, of our patient; whom and what else it names is not here."""
    named = ("contained", "encounter", "performer", "device", "specimen", "partOf", "focus")
    linked = ("basedOn", "hasMember", "derivedFrom", "id", "text", "subject", "status")
    kept = {key: value for key, value in example.items() if key not in named + linked}
    return kept | {"status": "final", "subject": subject()}


def told(line: str) -> None:
    print(f"  {line}", flush=True)


class Laboratory:
    """Pushes with fhirpy, and reads back."""

    def __init__(self, base: str, token: str, order_no: str):
        self.client = SyncFHIRClient(base, authorization=f"Bearer {token}")
        self.order_no, self.report_no = order_no, f"R{uuid4().hex[:12]}"

    def ask(self, path: str, **params) -> dict:
        return conforming(self.client.execute(path, method="get", params=params or None))

    def push(self, bundle: dict) -> list[dict]:
        answer = conforming(self.client.execute("/", data=bundle))
        assert answer["type"] == "transaction-response", answer["type"]
        return [one["response"] for one in answer["entry"]]

    def order(self) -> None:
        request = built(
            "ServiceRequest",
            identifier=[{"system": "urn:first-hospital:order", "value": self.order_no}],
            status="active",
            intent="order",
            code=coded("58410-2", "血常规"),
            subject=subject(),
            authoredOn="2026-11-22T08:00:00+08:00",
        )
        saved = conforming(self.client.execute("ServiceRequest", data=request))
        assert CITIZEN not in json.dumps(saved), "a number is not given back"
        told(f"ServiceRequest {self.order_no} is version {saved['meta']['versionId']}")

    def report(self, status: str, issued: datetime, white_cells: str) -> dict:
        observations = [
            observation("6690-2", "白细胞计数", white_cells, "10*9/L", "H"),
            observation("718-7", "血红蛋白", "131", "g/L", "N"),
            observation("777-3", "血小板计数", "245", "10*9/L", "N"),
        ]
        bundle = report_of(self.order_no, self.report_no, status, observations, issued)
        responses = self.push(bundle)
        told(f"Bundle with {status} report: {', '.join(r['status'] for r in responses)}")
        return bundle

    def read_back(self) -> str:
        search = self.client.resources("DiagnosticReport")
        found = search.search(identifier=self.report_no).fetch_all()
        assert len(found) == 1, f"{len(found)} reports are found"
        report = conforming(found[0].to_resource().serialize())
        assert report["status"] == "corrected", report["status"]
        results = [self.ask(result["reference"]) for result in report["result"]]
        values = [result["valueQuantity"]["value"] for result in results]
        assert values == [11.5, 131, 245], values
        path = f"DiagnosticReport/{report['id']}"
        history = self.ask(f"{path}/_history")
        versions = [one["resource"]["meta"]["versionId"] for one in history["entry"]]
        assert versions == ["2", "1"], versions
        assert self.ask(f"{path}/_history/1")["status"] == "final"
        patient = report["subject"]["reference"]
        assert self.ask("Observation", code=f"{LOINC}|6690-2", patient=patient)["entry"]
        told(f"searched, read, {len(versions)} versions in its history, version 1 is as it was")
        return patient


def replay(base: str, token: str, bundle: dict) -> None:
    """The same message again is answered as before, and changes nothing."""
    answer = requests.post(
        f"{base}/",
        json=bundle,
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Idempotent-Replayed"] == "true", answer.headers
    conforming(answer.json())
    told("the same Bundle again: the same answer")


def refused(laboratory: Laboratory) -> None:
    """A report without what it needs is refused, and told where."""
    for members in [{"status": "final"}, {"status": "nearly-final", "code": {"text": "a"}}]:
        try:
            laboratory.client.execute(
                "DiagnosticReport", data={"resourceType": "DiagnosticReport"} | members
            )
            sys.exit("a report without what it needs was taken")
        except OperationOutcome as error:
            outcome = conforming(error.resource)
            told(f"refused: {outcome['issue'][0]['code']} at {outcome['issue'][0]['expression'][0]}")


def observed(laboratory: Laboratory, folder: Path) -> None:
    """What the specification's examples observe is taken as a part of a report."""
    files = sorted(folder.glob("Observation-*.json"))
    # Its decimals have more digits, and greater exponents, than the specification asks for.
    files = [file for file in files if file.name != "Observation-decimal.json"]
    examples = [described(json.loads(file.read_text())) for file in files]
    report_no, now = f"R{uuid4().hex[:12]}", datetime.now(UTC)
    bundle = report_of(laboratory.order_no, report_no, "final", examples, now)
    for part, response in zip(bundle["entry"], laboratory.push(bundle), strict=True):
        sent = part["resource"]
        path = response["location"].split("/_history")[0].split("/fhir/r4/")[-1]
        stored = laboratory.ask(path)
        for key in sent.keys() - {"subject", "meta", "result"}:
            assert stored[key] == sent[key], (key, stored[key])
    told(f"the specification's {len(examples)} observations are taken and given back")


class Desk:
    """Finds a place and books it with fhirclient."""

    def __init__(self, base: str, token: str):
        self.smart = smart.FHIRClient(settings={"app_id": "citygate", "api_base": base})
        self.smart.server.session.headers["Authorization"] = f"Bearer {token}"

    def book(self, patient: str) -> None:
        server = self.smart.server
        assert server.capabilityStatement.fhirVersion == "4.0.1"
        today = datetime.now(UTC).date()
        search = slot.Slot.where({"status": "free", "start": f"ge{today + timedelta(days=1)}"})
        free = search.perform_resources(server)
        assert free, "no slot is free"
        for one in free:
            conforming(one.as_json())
        chosen = free[0]
        wanted = appointment.Appointment(
            {
                "status": "booked",
                "slot": [{"reference": f"Slot/{chosen.id}"}],
                "start": chosen.start.isostring,
                "end": chosen.end.isostring,
                "participant": [{"actor": {"reference": patient}, "status": "accepted"}],
            }
        )
        booked = conforming(wanted.create(server))
        again = appointment.Appointment.read(booked["id"], server)
        assert conforming(again.as_json())["status"] == "booked"
        assert isinstance(again.slot[0], fhirreference.FHIRReference)
        found = appointment.Appointment.where({"patient": patient}).perform_resources(server)
        assert booked["id"] in [one.id for one in found]
        told(f"{len(free)} slots are free; Appointment {booked['id']} is booked, read and found")


def examples(base: str, token: str, folder: Path) -> None:
    """The specification's own examples are taken, or refused with a reason."""
    reasons = Counter()
    for file in sorted(folder.glob("*.json")):
        example = json.loads(file.read_text())
        answer = requests.post(
            f"{base}/{example['resourceType']}",
            data=file.read_bytes(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"},
            timeout=PATIENCE_SECONDS,
        )
        body = conforming(answer.json())
        assert answer.status_code < 500, f"{file.name}: {answer.text}"
        if answer.ok and body["resourceType"] != "OperationOutcome":
            reasons["taken"] += 1
            continue
        issue = body["issue"][0]
        code = issue["details"]["coding"][0]["code"]
        where = ", ".join(issue.get("expression", ["-"]))
        told(f"{file.name}: {answer.status_code} {code} at {where}")
        assert issue["details"]["text"]
        reasons[code] += 1
    told("; ".join(f"{count} {reason}" for reason, count in reasons.most_common()))


def main(base: str, order_no: str, folder: str) -> None:
    token = os.environ["TOKEN"]
    laboratory = Laboratory(base, token, order_no)
    conforming(laboratory.client.execute("metadata", method="get"))
    laboratory.order()
    issued = datetime.now(UTC) - timedelta(hours=1)
    bundle = laboratory.report("final", issued, "10.5")
    replay(base, token, bundle)
    laboratory.report("corrected", issued + timedelta(minutes=30), "11.5")
    patient = laboratory.read_back()
    refused(laboratory)
    observed(laboratory, Path(folder))
    Desk(base, token).book(patient)
    examples(base, token, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
