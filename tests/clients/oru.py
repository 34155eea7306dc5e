"""Prints a report as HL7 version 2.5.1 (ORU^R01), for mllp_send.

    oru.py ORDER NUMBER CHARSET     CHARSET is utf-8 or gb18030

The First Hospital of the demo city reports a blood count of its patient 王芳, under NUMBER.
"""

import sys
from datetime import datetime, timedelta, timezone

NAMES = {"utf-8": "UNICODE UTF-8", "gb18030": "GB 18030-2000"}


def message(order: str, number: str, charset: str) -> str:
    now = datetime.now(timezone(timedelta(hours=8))).strftime("%Y%m%d%H%M%S+0800")
    segments = [
        rf"MSH|^~\&|LIS|FIRST_HOSPITAL|CITYGATE|330100|{now}||ORU^R01^ORU_R01|{number}-1|P|2.5.1"
        f"||||||{NAMES[charset]}",
        "PID|1||330106199305120021^^^CHN^NI||王^芳",
        f"OBR|1|{order}|{number}|58410-2^血常规^LN|||{now}|||||||||||||||{now}||HM|F",
        "OBX|1|NM|6690-2^白细胞计数^LN||9.8|10*9/L|3.5-9.5|H|||F",
        "OBX|2|TX|11156-7^形态^LN||未见异常||||||F",
    ]
    return "\r".join(segments) + "\r"


if __name__ == "__main__":
    order, number, charset = sys.argv[1:]
    sys.stdout.buffer.write(message(order, number, charset).encode(charset))
