"""Reads the listings of the demo city as CPSV-AP 3.2 with rdflib, checks by SPARQL what the profile
demands of a public service, and validates them with pyshacl against the published shapes.

    cpsv_ap.py URL

CPSV_AP_SHAPES names the file of the shapes; without it the last step is left out, and the program
ends with 77.
"""

import os
import sys

import pyshacl
import rdflib
import requests

PATIENCE_SECONDS = 30
# One of each engine.
LISTINGS_MIN = 5

# What CPSV-AP 3.2 makes mandatory. Each finds what is missing.
MANDATORY = {
    "a service without a name, description, identifier or authority": """
        SELECT ?s { ?s a cpsv:PublicService
          FILTER (!EXISTS { ?s dct:title ?t } || !EXISTS { ?s dct:description ?d }
            || !EXISTS { ?s dct:identifier ?i }
            || !EXISTS { ?s cv:hasCompetentAuthority/a cv:PublicOrganisation }) }""",
    "an authority without a name or a place": """
        SELECT ?s { ?s a cv:PublicOrganisation
          FILTER (!EXISTS { ?s skos:prefLabel ?l } || !EXISTS { ?s dct:spatial/a dct:Location }) }""",
    "something without an identifier": """
        SELECT ?s { VALUES ?c { cv:Channel cv:Cost cv:Event cv:Evidence cv:Output cv:Requirement
            cpsv:Rule } ?s a ?c FILTER NOT EXISTS { ?s dct:identifier ?i } }""",
    "something without a name": """
        SELECT ?s { VALUES ?c { cv:Event cv:Evidence cv:Output cv:Requirement cpsv:Rule }
          ?s a ?c FILTER NOT EXISTS { ?s dct:title ?t } }""",
    "a text that does not say in which language it is": """
        SELECT ?s { ?s dct:title|dct:description|skos:prefLabel ?t FILTER (LANG(?t) = "") }""",
}
NAMES = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


def get(http: requests.Session, url: str, **query: str) -> requests.Response:
    answer = http.get(url, params=query, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    return answer


def listings(http: requests.Session, url: str) -> list[str]:
    """Every listing of Hangzhou, page after page, as somebody finds it who knows nothing."""
    found, query = [], {"city": "330100"}
    while True:
        page = get(http, f"{url}/v1/catalogue/items", **query).json()
        found += [listing for item in page["items"] for listing in item["listing_ids"]]
        if "next_cursor" not in page:
            return found
        query["cursor"] = page["next_cursor"]


def read(http: requests.Session, address: str) -> rdflib.Graph:
    """A document, whose relative names are resolved against where it came from."""
    answer = get(http, address)
    assert answer.headers["Content-Type"] == "application/ld+json", answer.headers
    return rdflib.Graph().parse(data=answer.text, format="json-ld", base=address)


def main(url: str) -> int:
    http = requests.Session()
    http.trust_env = False
    found = listings(http, url)
    assert len(found) >= LISTINGS_MIN, f"the demo city has {len(found)} listings"
    path = os.environ.get("CPSV_AP_SHAPES")
    shapes = rdflib.Graph().parse(path) if path else None
    for listing in found:
        address = f"{url}/v1/listings/{listing}/cpsv-ap"
        graph = read(http, address)
        service = rdflib.URIRef(f"{url}/v1/listings/{listing}")
        kind = rdflib.URIRef(NAMES["cpsv"] + "PublicService")
        assert (service, rdflib.RDF.type, kind) in graph, f"{address} does not describe {service}"
        for fault, query in MANDATORY.items():
            rows = [str(row.s) for row in graph.query(query, initNs=NAMES)]
            assert not rows, f"{address}: {fault}: {rows}"
        if shapes is not None:
            conforms, _, report = pyshacl.validate(graph, shacl_graph=shapes)
            assert conforms, f"{address}: {report}"
        title = graph.value(service, rdflib.URIRef(NAMES["dct"] + "title"))
        print(f"{listing}: {len(graph)} statements, {title}")
    if shapes is None:
        print("not validated: CITYGATE_CPSV_AP_SHAPES names no file of shapes", file=sys.stderr)
        return 77
    print(f"{len(found)} listings conform to {os.path.basename(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
