"""A dialer in Python, with nothing but its standard library: ask before the call, tell after it.

Run ``python dialer.py attempt.json``; the sidecar is at GUARD_URL (http://127.0.0.1:8787), its token in GUARD_TOKEN.
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

URL = os.environ.get("GUARD_URL", "http://127.0.0.1:8787")
SECONDS = 2


def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one request; raise OSError for any answer but 200, and for none."""
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("GUARD_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    # The address is the operator's own, and no other scheme is configured.
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)  # noqa: S310  # as said above
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # as said above
        said: dict[str, Any] = json.load(answer)
        return said


def dial(number: str) -> dict[str, Any]:
    """Stand for the call itself, and return what came of it."""
    print(f"calling a number that ends in {number[-4:]}")
    return {"network": "connected", "answered_by": "human", "party": "borrower"}


def main() -> None:
    if len(sys.argv) != 2:
        print("usage: python dialer.py attempt.json", file=sys.stderr)
        sys.exit(2)
    attempt = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    # Without an id a call could be asked for, made, and then not be reported.
    attempt["event_id"] = attempt.get("event_id") or str(uuid.uuid4())
    try:
        decision = ask("/v1/check", {"attempt": attempt})
    except OSError as error:
        # Without a decision there is no call.
        print(f"no call: {error}")
        sys.exit(1)
    print(decision["decision"], decision["disposition"], decision["reason"]["en"])
    if decision["decision"] != "allow":
        sys.exit(1)
    started = datetime.now(UTC).isoformat()
    event = attempt | {"started_at": started, "outcome": dial(attempt["recipient"]["number"])}
    # A report that is not answered with 200 is sent again, with the same event_id: it counts once.
    try:
        findings = ask("/v1/record", {"event": event, "token": decision["token"]})["findings"]
    except OSError as error:
        print(f"called, and not recorded: {error}; report {event['event_id']} again")
        sys.exit(1)
    for finding in findings:
        print(finding["kind"], finding["rule"], finding["message"]["en"])


if __name__ == "__main__":
    main()
