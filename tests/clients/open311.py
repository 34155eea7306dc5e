"""Somebody reports things by Open311 GeoReport v2; georeport, which knows nothing of the city, reads the
services and the requests, as JSON and as XML.

    open311.py URL TOKEN
"""

import datetime
import importlib.metadata
import sys
from xml.etree import ElementTree

import requests
from georeport import GeoReport

CITY = "330100"
SECRET, STREET = "They dance below my <window> & sing.", "12 Example Road"
PATIENCE_SECONDS = 60
# What a list of requests has of each (GeoReport v2, GET Service Requests).
MEMBERS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code",
    "agency_responsible", "requested_datetime", "updated_datetime", "expected_datetime", "lat", "long",
}


class Reporter:
    """georeport reports nothing: this is plain HTTP."""

    def __init__(self, root: str, token: str) -> None:
        self.root, self.token = root, token
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Accept-Language"] = "en"

    def post(self, form: dict[str, str], suffix: str = "json") -> requests.Response:
        return self.http.post(
            f"{self.root}/requests.{suffix}", data=form, timeout=PATIENCE_SECONDS
        )

    def report(self, service: str, suffix: str) -> str:
        """Reports something. Returns the identifier of the request."""
        form = {
            "api_key": self.token, "jurisdiction_id": CITY, "service_code": service,
            "lat": "30.274151", "long": "120.155149", "address_string": STREET,
            "description": SECRET,
        }
        answer = self.post(form, suffix)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        if suffix == "json":
            (taken,) = answer.json()
            return taken["service_request_id"]
        assert answer.headers["Content-Type"].startswith("text/xml"), answer.headers
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "service_requests", answer.text
        return root.findtext("request/service_request_id")

    def failures(self, service: str) -> None:
        """Failures have the form of the protocol, in both formats."""
        for form, status in [
            ({"service_code": service, "description": "x"}, 401),
            ({"api_key": self.token, "description": "x"}, 400),
            ({"api_key": self.token, "service_code": "x", "description": "x"}, 404),
            ({"api_key": self.token, "service_code": service, "description": "It is on fire"}, 422),
        ]:
            answer = self.post(form)
            (failure,) = answer.json()
            assert (answer.status_code, failure["code"]) == (status, status), answer.text
            assert failure["description"], answer.text
            root = ElementTree.fromstring(self.post(form, "xml").content)
            assert (root.tag, root.findtext("error/code")) == ("errors", str(status))
        print("failures: 4 in each format")


def service_of(json: GeoReport, xml: GeoReport) -> str:
    """The noise that somebody hears, as both formats have it."""
    listed, as_xml = json.get_service_list(), xml.get_service_list()
    codes = [service["service_code"] for service in listed]
    assert codes == [service["service_code"] for service in as_xml], (listed, as_xml)
    assert len(set(codes)) == len(codes) > 1, codes
    (service,) = (service for service in listed if service["service_code"].endswith("_noise"))
    assert service["type"] == "realtime" and service["metadata"] is True, service
    for client in (json, xml):
        definition = client.get_service_definition(service["service_code"])
        assert definition["service_code"] == service["service_code"], definition
    print(f"{len(codes)} services, one of them {service['service_name']}")
    return service["service_code"]


def instant(text: str) -> datetime.datetime:
    at = datetime.datetime.fromisoformat(text)
    assert at.tzinfo is not None, text
    return at


def check(request: dict, name: str) -> None:
    assert MEMBERS <= set(request), MEMBERS - set(request)
    assert request["status"] == "open" and request["service_name"] == name, request
    assert instant(request["requested_datetime"]) < instant(request["expected_datetime"]), request
    assert (float(request["lat"]), float(request["long"])) == (30.27, 120.16), request


def main(url: str, token: str) -> None:
    root = f"{url}/open311/v2"
    json = GeoReport(root, jurisdiction=CITY)
    xml = GeoReport(root, jurisdiction=CITY, output_format="xml")
    service = service_of(json, xml)
    reporter = Reporter(root, token)
    filed = [reporter.report(service, suffix) for suffix in ("json", "xml")]
    for client in (json, xml):
        found = {one["service_request_id"]: one for one in client.get_service_requests()}
        assert set(filed) <= set(found), found
        for request in filed:
            check(found[request], "Noise")
            one = client.get_service_request(request)
            assert one == found[request], one
            assert SECRET not in str(one) and STREET not in str(one), one
        named = client.get_service_requests(service_request_id=",".join(filed), status="open")
        assert len(named) == 2, named
        own = client.get_service_requests(service_code=service, status="open,closed")
        assert set(filed) <= {one["service_request_id"] for one in own}, own
    assert json.get_service_requests(status="closed", service_code=service) == []
    print(f"{len(filed)} requests, read as JSON and as XML")
    reporter.failures(service)
    print(f"read with georeport {importlib.metadata.version('georeport')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
