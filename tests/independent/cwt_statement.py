"""Verifies statements with `cwt`, in an environment of its own: its cbor2 is older than ours.

Reads JSON lines `{"key": hex, "kid": hex, "statement": hex}` and answers each with `{"payload": hex}` if the library
takes it, else with `{"error": reason}`. Imports nothing of certledger.
"""

import json
import sys

from cwt import COSE, COSEKey


def verify(request: dict[str, str]) -> dict[str, str]:
    """The payload that the signature covers, or why there is none."""
    key = COSEKey.new({1: 1, 2: bytes.fromhex(request["kid"]), 3: -8, -1: 6, -2: bytes.fromhex(request["key"])})
    try:
        payload = COSE.new().decode(bytes.fromhex(request["statement"]), key)
    except Exception as error:  # whatever it raises means that it does not take the statement
        return {"error": f"{type(error).__name__}: {error}"}
    return {"payload": bytes(payload).hex()} if isinstance(payload, bytes) else {"error": "no payload"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(verify(json.loads(line))))
