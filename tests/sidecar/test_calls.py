"""What a dialer asks and tells over HTTP, through a real process, and what it is answered."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest
import yaml

from collection_guard.guard.sidecar.description import examples
from tests.sidecar.process import Sidecar, answered, attempt, number_of, sidecar, write_settings


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """Run one sidecar for all tests here; each has a case of its own. At most three contacts a day."""
    folder = tmp_path_factory.mktemp("sidecar")
    config = write_settings(folder, cases=20, parameters={"contacts_per_day": 3})
    with sidecar(config) as it:
        yield it


@pytest.fixture(scope="module")
def client(running: Sidecar) -> Iterator[httpx.Client]:
    with running.client() as it:
        yield it


def test_a_lawful_attempt_is_allowed_and_a_nightly_one_denied(client: httpx.Client) -> None:
    """The decision names the rule in both languages, a disposition, a token and the digests of what it was made by."""
    allowed = client.post("/v1/check", json={"attempt": attempt("day", 0)})
    denied = client.post("/v1/check", json={"attempt": attempt("night", 0)})
    assert (allowed.status_code, denied.status_code) == (200, 200)
    assert (allowed.json()["decision"], denied.json()["decision"]) == ("allow", "deny")
    (violation,) = denied.json()["violations"]
    assert violation["rule"] == "contact-outside-permitted-hours"
    assert violation["message"]["zh"] != violation["message"]["en"]
    assert denied.json()["disposition"] == "CGDENY"
    ready = client.get("/readyz").json()
    assert allowed.json()["rules_digest"] == denied.json()["rules_digest"] == ready["rules_digest"]
    assert allowed.json()["token"] != denied.json()["token"]


def test_an_allowed_attempt_keeps_its_place_until_it_is_given_back(client: httpx.Client) -> None:
    """With three a day, a fourth attempt is denied while three are under way, and allowed after one is cancelled."""
    tokens = [client.post("/v1/check", json={"attempt": attempt("day", 1)}).json()["token"] for _ in range(3)]
    fourth = client.post("/v1/check", json={"attempt": attempt("day", 1)}).json()
    assert (fourth["decision"], fourth["reason"]["code"]) == ("deny", "reserved")
    assert client.post("/v1/cancel", json={"token": tokens[0]}).json() == {"cancelled": True}
    assert client.post("/v1/cancel", json={"token": tokens[0]}).json() == {"cancelled": False}
    assert client.post("/v1/check", json={"attempt": attempt("day", 1)}).json()["decision"] == "allow"


def test_recorded_contacts_count_and_are_told_twice_at_no_cost(client: httpx.Client) -> None:
    """A record takes the place of its reservation; the same event sent again counts once; a fourth breaks the rule."""
    for place in range(3):
        token = client.post("/v1/check", json={"attempt": attempt("day", 2)}).json()["token"]
        event = answered(f"call-{place}", 2)
        assert client.post("/v1/record", json={"event": event, "token": token}).status_code == 200
    again = client.post("/v1/record", json={"event": event}).json()["findings"]
    assert "redelivered" in {finding["kind"] for finding in again}
    assert client.post("/v1/check", json={"attempt": attempt("day", 2)}).json()["reason"]["code"] == "violation"
    fourth = client.post("/v1/record", json={"event": answered("call-4", 2)}).json()["findings"]
    assert "repeated-contact" in {finding["rule"] for finding in fourth if finding["kind"] == "violation"}


def test_batches_answer_in_order_and_reserve_one_after_the_other(client: httpx.Client) -> None:
    """Of five attempts in one batch three are allowed; their tokens are given back, their records kept, in order."""
    checked = client.post("/v1/check/batch", json={"attempts": [attempt("day", 3)] * 5}).json()["decisions"]
    assert [one["decision"] for one in checked] == ["allow"] * 3 + ["deny"] * 2
    tokens = [one["token"] for one in checked[1:4]]
    given_back = client.post("/v1/cancel/batch", json={"tokens": tokens}).json()
    assert given_back == {"cancelled": [True, True, False]}
    records = [{"event": answered("b-1", 3), "token": checked[0]["token"]}, {"event": answered("b-1", 3)}]
    told = client.post("/v1/record/batch", json={"records": records}).json()["records"]
    kinds = [{finding["kind"] for finding in one["findings"]} for one in told]
    assert "contradicted" in kinds[1]
    assert not {"contradicted", "redelivered"} & kinds[0]


def test_nothing_of_a_batch_with_one_wrong_item_is_carried_out(client: httpx.Client) -> None:
    """Every problem is named with its place, its value masked, in both languages; no place is reserved."""
    wrong = attempt("day", 4, chanel="call", recipient={"number": 16500100004})
    wrong["channel"] = "cal"
    refused = client.post("/v1/check/batch", json={"attempts": [attempt("day", 4)] * 3 + [wrong]})
    assert refused.status_code == 422
    problems = {one["at"]: one for one in refused.json()["problems"]}
    assert set(problems) == {"attempts.3.chanel", "attempts.3.channel", "attempts.3.recipient.number"}
    assert "nearest key: channel" in problems["attempts.3.chanel"]["help"]["en"]
    assert "最接近的" in problems["attempts.3.chanel"]["help"]["zh"]
    assert "16500100004" not in refused.text
    three = client.post("/v1/check/batch", json={"attempts": [attempt("day", 4)] * 3}).json()["decisions"]
    assert [one["decision"] for one in three] == ["allow"] * 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "body_not_json"),
        (b'{"attempt"', 422, "body_not_json"),
        (b"[" * 100_000, 422, "body_not_json"),
        (b'{"attempt": "\xff"}', 422, "body_not_json"),
        (b"[]", 422, "shape_mapping"),
        (b"{}", 422, "missing_key"),
    ],
)
def test_what_is_no_request_is_refused_with_its_cause(
    client: httpx.Client, body: bytes, status: int, code: str
) -> None:
    """A body that is no JSON, or another one than is asked for, is a refusal with a code, never a fault."""
    answer = client.post("/v1/check", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (status, code)
    assert "file" not in answer.text, "what was sent is a request"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("started_at", "0999-12-31T23:59:59Z"),
        ("started_at", "9000-01-01T00:00:00Z"),
        ("recorded_at", "9999-12-31T23:59:59-12:00"),
        ("talk_seconds", 31_622_401),
        ("talk_seconds", 1e233),
    ],
)
def test_what_would_leave_the_calendar_is_refused(client: httpx.Client, field: str, value: object) -> None:
    """An instant near the ends of the calendar, and a talk of more than a year, are refused by field."""
    event = answered("end-of-time", 7) | {field: value}
    refused = client.post("/v1/record", json={"event": event})
    assert refused.status_code == 422
    assert [problem["at"] for problem in refused.json()["problems"]] == [f"event.{field}"]


def test_another_path_method_or_type_is_refused_as_such(client: httpx.Client) -> None:
    """An unknown path, another method and a form are told apart; a page in a browser cannot post a form here."""
    assert client.get("/v2/check").status_code == 404
    assert client.get("/v1/check").status_code == 405
    form = client.post("/v1/record", data={"event": "x"})
    assert (form.status_code, form.json()["problems"][0]["code"]) == (415, "not_json_type")


def test_metrics_count_decisions_rules_and_requests(client: httpx.Client) -> None:
    """What was decided above, and here, is in the text that Prometheus reads."""
    client.post("/v1/check", json={"attempt": attempt("night", 5)})
    text = client.get("/metrics").text
    assert 'collection_guard_decisions_total{decision="deny",would_deny="none"}' in text
    assert 'collection_guard_rules_total{rule="contact-outside-permitted-hours",verdict="violation"}' in text
    assert 'collection_guard_requests_total{path="/v1/check",status="200"}' in text
    assert "collection_guard_ready 1.0" in text


def test_the_log_tells_what_was_decided_and_nothing_of_a_person(running: Sidecar, client: httpx.Client) -> None:
    """A line holds the ids, the decision and the rules; numbers are masked, names and what was said are left out."""
    event = answered("log-1", 6, content="王小明你再不还钱", collector={"id": "A1", "name": "高建国"})
    client.post("/v1/record", json={"event": event})
    line = running.line("request", event_id="log-1")
    assert (line["path"], line["status"], line["case_id"]) == ("/v1/record", 200, "day-6")
    assert line["recipient.number"] == "165****0006"
    for word in (number_of("day", 6), "王小明", "高建国"):
        assert word not in running.text


def test_the_description_holds_examples_that_are_taken(client: httpx.Client) -> None:
    """Each example of the description fits its schema and is answered with 200 by the call it stands at."""
    described = client.get("/openapi.json").json()
    posts = {path: calls["post"] for path, calls in described["paths"].items() if "post" in calls}
    assert {call["operationId"] for call in posts.values()} == set(examples())
    for path, call in posts.items():
        content = call["requestBody"]["content"]["application/json"]
        schema = content["schema"] | {"components": described["components"]}
        jsonschema.Draft202012Validator(schema).validate(content["example"])
        assert client.post(path, json=content["example"]).status_code == 200


def test_a_hang_up_reads_the_rules_again_and_a_bad_file_keeps_the_old_ones(tmp_path: Path) -> None:
    """After SIGHUP the new rules decide; a file that cannot be read changes nothing and is said, with its place."""
    config = write_settings(tmp_path)
    with sidecar(config) as running, running.client() as client:
        before = client.get("/readyz").json()["rules_digest"]
        write_settings(tmp_path, parameters={"contacts_per_day": 1})
        running.process.send_signal(signal.SIGHUP)
        after = running.line("reloaded")["rules_digest"]
        assert client.get("/readyz").json()["rules_digest"] == after != before
        config.write_text("rulez: [core]\n", "utf-8")
        running.process.send_signal(signal.SIGHUP)
        (problem,) = running.line("reload refused: what was in force stays in force")["problems"]
        assert problem.startswith(f"{config}:1:1: unknown key `rulez`")
        ready = client.get("/readyz").json()
        assert (ready["ready"], ready["rules_digest"], ready["last_reload_taken"]) == (True, after, False)
        assert client.post("/v1/check", json={"attempt": attempt()}).json()["rules_digest"] == after
        assert yaml.safe_load(config.read_text("utf-8")) == {"rulez": ["core"]}
        assert running.end() == 0
