"""Calls AWS as JSON lines on stdin say, one answer a line: the independent client of the tests."""
import base64
import json
import sys

import boto3

endpoint, region = sys.argv[1:3]
clients = {}


def plain(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


for line in sys.stdin:
    call = json.loads(line)
    try:
        name = call["service"]
        if name not in clients:
            clients[name] = boto3.client(name, endpoint_url=endpoint, region_name=region)
        answer = {"ok": getattr(clients[name], call["operation"])(**call["params"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer, default=plain), flush=True)
