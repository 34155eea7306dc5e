"""HL7 version 2 by a client that nobody here wrote: the MLLP client of the Python package `hl7`
(https://pypi.org/project/hl7/) sends results to a running demo city and reads what it is answered.

    pip install hl7==0.4.5
    python tests/clients/mllp.py 127.0.0.1 2575
"""

import sys
import uuid

import hl7
from hl7.client import MLLPClient

HOST, PORT = sys.argv[1], int(sys.argv[2])
FACILITY = "FIRST_HOSPITAL"


def oru(number, charset="UNICODE UTF-8", facility=FACILITY, value="11.2", order="PY-1"):
    return "\r".join([
        f"MSH|^~\\&|LIS|{facility}|CITYGATE|330100|20261005093000||ORU^R01^ORU_R01|{number}|P|2.5.1"
        f"||||||{charset}",
        "PID|1||440524188001010014^^^CHN^NI||赵^小燕",
        f"OBR|1|{order}|R-{order}|CBC^血常规^L^58410-2^^LN|||20261005083000"
        "|||||||||||||||20261005093000||HM|F",
        f"OBX|1|NM|WBC^白细胞计数^L^6690-2^^LN||{value}|10*9/L|3.5-9.5|H|||F",
        "",
    ])


def ask(client, text, encoding="utf-8"):
    """The acknowledgement, as the package reads it."""
    client.encoding = encoding
    answer = client.send_message(text)
    body = answer.strip(b"\x0b\x1c\r").decode(encoding)
    return hl7.parse(body + "\r"), body


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")
    print(f"  {what}: {found}")


first = uuid.uuid4().hex[:20]
with MLLPClient(HOST, PORT) as client:
    ack, body = ask(client, oru(first))
    expect("an order that is not there yet", str(ack.segment("MSA")[1]), "AA")
    expect("its control id", str(ack.segment("MSA")[2]), first)
    expect("why it waits", str(ack.segment("MSA")[3]), "held: order_unknown")
    again, _ = ask(client, oru(first))
    expect("the same again", str(again.segment("MSA")[1]), "AA")
    other, _ = ask(client, oru(first, value="12.0"))
    expect("other content under its number", str(other.segment("MSA")[1]), "AR")
    gbk, body = ask(client, oru(uuid.uuid4().hex[:20], "GBK", order="PY-2"), "gbk")
    expect("in GBK", str(gbk.segment("MSA")[1]), "AA")
    wrong, _ = ask(client, oru(uuid.uuid4().hex[:20], value="high"))
    expect("no number in NM", str(wrong.segment("MSA")[1]), "AE")
    expect("where", str(wrong.segment("ERR")[2]), "OBX^1^5")
    stranger, _ = ask(client, oru(uuid.uuid4().hex[:20], facility="NOBODY"))
    expect("a facility that nobody registered", str(stranger.segment("MSA")[1]), "AR")

print("HL7 v2 over MLLP: as it should be")
