"""A log of aics-tlog's making asks a witness by aics-witness's client. Run by the interpreter of their environment.

`aics_log.py ORIGIN` prints the log's verifier key. `aics_log.py ORIGIN URL WITNESS-VKEY` lets a log grow, asks at
each size, and prints each cosigned checkpoint as JSON.
"""

from __future__ import annotations

import json
import sys

from aics_tlog import Checkpoint, MerkleTree, format_vkey, sign_checkpoint, vkey_from_ed25519
from aics_witness.feeder import WitnessClient, merge_cosignatures
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
SIZES = (1, 2, 3, 255, 256, 257, 700)


def main() -> None:
    origin = sys.argv[1]
    if len(sys.argv) == 2:
        print(format_vkey(vkey_from_ed25519(origin, KEY.public_key())))
        return
    client, leaves = WitnessClient(sys.argv[2], sys.argv[3]), [b"entry %d" % number for number in range(max(SIZES))]
    for size in SIZES:
        tree = MerkleTree(leaves[:size])
        signed = sign_checkpoint(Checkpoint(origin, size, tree.root()), KEY, origin).to_bytes()
        line = client.submit(signed, lambda old, new, tree=tree: tree.consistency_proof(old, new))
        print(json.dumps({"size": size, "checkpoint": merge_cosignatures(signed, line).decode()}))


if __name__ == "__main__":
    main()
