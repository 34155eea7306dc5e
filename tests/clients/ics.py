"""Two people book a place at a marriage registry, move it and give it up; icalendar, which knows
nothing of the city, reads the calendar file after each step.

    ics.py URL DATA_DIR
"""

import datetime
import re
import sys
import time
import uuid
from email import message_from_bytes, policy
from pathlib import Path

import icalendar
import requests

CITY = "310000"
PEOPLE = [
    ("wang.fang@citygate.example", "王芳", "330106199305120021", "female"),
    ("li.wei@citygate.example", "李伟", "330106199003070014", "male"),
]
PATIENCE_SECONDS = 90


class Person:
    """Somebody with an app."""

    def __init__(self, url: str, letters: Path, who: tuple[str, str, str, str]) -> None:
        self.url, self.letters = url, letters
        self.email, self.name, self.number, self.sex = who
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept-Language"] = "en"
        body = {"address": self.email, "city": "330100"}
        challenge, code = self.code("/v1/sign-in/codes", body)
        signed_in = self.send("POST", "/v1/sign-in", {"challenge": challenge, "code": code})
        self.token = signed_in.json()["access_token"]

    def send(self, method: str, path: str, body=None, token=None) -> requests.Response:
        """Sends a request; one that comes too soon is sent again when it may."""
        token = token or getattr(self, "token", None)
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        while True:
            answer = self.http.request(
                method, self.url + path, json=body, headers=headers, timeout=PATIENCE_SECONDS
            )
            if answer.status_code != 429:
                assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer
            time.sleep(int(answer.headers["Retry-After"]))

    def code(self, path: str, body: dict) -> tuple[str | None, str]:
        """The challenge, and the code in the letter that follows."""
        old = set(self.letters.glob("*.eml"))
        asked = self.send("POST", path, body).json()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for letter in set(self.letters.glob("*.eml")) - old:
                read = message_from_bytes(letter.read_bytes(), policy=policy.default)
                # A letter that is still being written has no code yet.
                text = (read.get_payload(decode=True) or b"").decode(errors="replace")
                found = re.search(r"\b\d{6}\b", text)
                if read["to"] == self.email and found:
                    return asked.get("challenge"), found.group()
            time.sleep(0.1)
        sys.exit(f"no letter with a code to {self.email}")

    def prove(self, case: str) -> str:
        """A token that is good for one signature in the case."""
        wanted = {"purpose": "marriage.sign", "object": case}
        _, code = self.code("/v1/step-ups/codes", wanted)
        document = {"type": "resident_id", "number": self.number}
        proof = self.send("POST", "/v1/step-ups", wanted | {"document": document, "code": code})
        return proof.json()["access_token"]

    def sign(self, case: str) -> None:
        text = self.send("GET", f"/v1/marriage/statements/{CITY}").json()
        declared = {"kinship": "none", "marital_status": "never_married", "illness": "none"}
        body = declared | {"version": text["version"], "sex": self.sex}
        self.send("POST", f"/v1/marriage/cases/{case}/statement", body, self.prove(case))


def couple(a: Person, b: Person) -> str:
    case = a.send("POST", "/v1/marriage/cases", {"city": CITY}).json()["id"]
    path = f"/v1/marriage/cases/{case}"
    code = a.send("POST", f"{path}/invitation", {}, a.prove(case)).json()["code"]
    b.send("POST", f"{path}/confirmation", {"code": code}, b.prove(case))
    a.sign(case)
    b.sign(case)
    return case


def open_day(a: Person) -> dict:
    """A day of some registry that can be booked now, with two windows that are free."""
    offices = a.send("GET", f"/v1/cities/{CITY}/offices?kind=marriage_registry").json()["items"]
    today = datetime.date.today()
    until = today + datetime.timedelta(days=30)
    for office in offices:
        path = f"/v1/marriage/offices/{office['id']}/windows?from={today}&to={until}"
        for day in a.send("GET", path).json()["items"]:
            free = [window for window in day["windows"] if window["free"] > 0]
            if day["bookable"] and len(free) > 1:
                return day | {"windows": free, "office": office}
    sys.exit("no registry has a free day")


def event(person: Person, case: str) -> icalendar.Event:
    file = person.send("GET", f"/v1/marriage/cases/{case}/calendar")
    assert file.headers["Content-Type"].startswith("text/calendar"), file.headers
    calendar = icalendar.Calendar.from_ical(file.content)
    assert calendar["VERSION"] == "2.0" and not calendar.errors, calendar.errors
    assert "METHOD" not in calendar
    (found,) = calendar.walk("VEVENT")
    assert not found.errors, found.errors
    for _, name, number, _ in PEOPLE:
        assert name not in file.text and number not in file.text, file.text
    # Folded as the standard has it, in bytes.
    assert all(len(line) <= 75 for line in file.content.split(b"\r\n"))
    return found


def check(found: icalendar.Event, case: str, sequence: int, status: str, window: dict) -> None:
    assert found["UID"] == f"{case}@citygate", found
    assert found["SEQUENCE"] == sequence, found
    assert found["STATUS"] == status, found
    assert found["CLASS"] == "PRIVATE", found
    for name, at in (("DTSTART", "starts_at"), ("DTEND", "ends_at")):
        assert found.decoded(name) == datetime.datetime.fromisoformat(window[at]), found
    assert found.decoded("DTSTAMP").utcoffset() == datetime.timedelta(0), found
    print(f"sequence {sequence}: {status} {found.decoded('DTSTART')}")


def main(url: str, data_dir: str) -> None:
    a, b = (Person(url, Path(data_dir) / "mail", who) for who in PEOPLE)
    case, day = couple(a, b), open_day(a)
    path = f"/v1/marriage/cases/{case}"
    first, second = day["windows"][:2]

    def wanted(window: dict) -> dict:
        return {"session_id": day["session_id"], "starts_at": window["starts_at"]}

    a.send("POST", f"{path}/prechecks", {"on": day["on"]})
    a.send("POST", f"{path}/appointment", wanted(first))
    for person in (a, b):
        found = event(person, case)
        check(found, case, 0, "CONFIRMED", first)
        place = f"{day['office']['name']}, {day['office']['address']}"
        assert found["LOCATION"] == place, (found["LOCATION"], place)
    b.send("PUT", f"{path}/appointment", wanted(second))
    check(event(a, case), case, 1, "CONFIRMED", second)
    a.send("DELETE", f"{path}/appointment")
    check(event(b, case), case, 2, "CANCELLED", second)
    print(f"parsed with icalendar {icalendar.__version__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
