"""Which preset a file is read by: told by the file, named, refused; and what is said where neither decides."""

import json
from pathlib import Path
from typing import Any

import pytest

from collection_guard.audit.presets import presets, recognition
from collection_guard.audit.presets.schema import Preset
from collection_guard.audit.reading import read_logs
from collection_guard.configuration import configure
from collection_guard.model.problems import ConfigurationError, LogError, Problem
from readers.making import csv_text, one, read_rows, read_text, told, whole

FOLDER = Path(__file__).parent / "presets"
CALL = ["", "1001", "913800138001", "from-internal", "", "SIP/1001-1", "SIP/trunk-2", "Dial", "SIP/trunk/13800138001",
        "2025-11-03 10:00:00", "2025-11-03 10:00:12", "2025-11-03 10:01:12", "72", "60", "ANSWERED",
        "DOCUMENTATION"]  # fmt: skip


def call(**changed: Any) -> list[Any]:
    """Return a row of Master.csv with some columns changed."""
    names = presets()["asterisk-master"].rows[0].columns
    return [changed.get(name, cell) for name, cell in zip(names, CALL, strict=True)]


def refused(folder: Path, text: str, **options: Any) -> Problem:
    """Return the one problem of a file that is refused, having checked that it is told in both languages."""
    with pytest.raises(LogError) as caught:
        read_text(folder, text, **options)
    told(caught.value)
    [problem] = caught.value.problems
    assert problem.help("zh")
    assert problem.help("en")
    return problem


def test_local_times_of_a_server_need_its_zone(tmp_path: Path) -> None:
    """Without a zone a whole file is refused once, and not row by row; times since 1970 need none."""
    problem = refused(tmp_path, csv_text([CALL]), timezone=None)
    assert (problem.code, problem.values["preset"]) == ("preset_needs_zone", "asterisk-master")
    assert len(whole(read_logs([FOLDER / "vicidial_log.tsv"])).contacts) == 3


def test_a_zone_in_the_mapping_file_is_enough(tmp_path: Path) -> None:
    """The mapping file may name the zone, and the preset."""
    map_file = tmp_path / "map.yaml"
    map_file.write_text("timezone: Asia/Shanghai\npreset: asterisk-master\n", "utf-8")
    intake = read_text(tmp_path, csv_text([CALL]), timezone=None, map_file=map_file)
    [sheet] = intake.files[0].sheets
    assert "preset_named" in {item.code for item in sheet.assumptions}


def test_a_mapping_file_comes_before_the_preset(tmp_path: Path) -> None:
    """Its columns, words and defaults replace those of the preset; what it leaves out is no longer read."""
    map_file = tmp_path / "map.yaml"
    map_file.write_text(
        "columns: {accountcode: agency, userfield: hangup}\nvalues: {outcome: {ANSWERED: 关机}}\n"
        "defaults: {direction: inbound}\nignore: [clid]\n",
        "utf-8",
    )
    rows = [
        [*call(accountcode="甲公司", billsec="0", answer="", src="02155550000", dcontext="x"), "1762135200.1", "17"]
    ]
    [contact] = read_rows(tmp_path, rows, map_file=map_file).contacts
    event = contact.event
    assert (event.agency, event.outcome.network, event.direction) == ("甲公司", "powered_off", "inbound")
    assert "clid" not in (event.extra or {})


def test_a_mapping_file_names_code_tables(tmp_path: Path) -> None:
    """Codes of a vendor without a preset are read by its table; the file's own words come before it."""
    map_file = tmp_path / "map.yaml"
    map_file.write_text(
        "codes: {outcome: yuntongxun-causes, hangup: cn-hangups}\nvalues: {outcome: {18: 停机}}\n", "utf-8"
    )
    header = ("案件编号", "被叫号码", "拨打时间", "通话结果", "挂机原因")
    when = "2025-11-03 10:00:00"
    rows = [("C-1", "13800000001", when, "1", ""), ("C-1", "13800000001", when, "18", ""),
            ("C-1", "13800000001", when, "21", ""), ("C-1", "13800000001", when, "29", "2")]  # fmt: skip
    intake = whole(read_rows(tmp_path, [header, *rows], map_file=map_file))
    assert [contact.event.outcome.network for contact in intake.contacts] == ["powered_off", "suspended", "busy"]
    assert intake.set_aside_by_reason() == {"blocked": 1}
    assert [item.value for item in intake.unmapped] == ["29"]


def test_code_tables_that_are_none_are_refused(tmp_path: Path) -> None:
    """Unknown tables, and columns that have none, with what there is."""
    map_file = tmp_path / "map.yaml"
    map_file.write_text("codes: {outcome: yuntongxun, channel: cn-hangups}\nown_numbers: 138\n", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_text(tmp_path, csv_text([CALL]), map_file=map_file)
    told(caught.value)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["map_unknown_codes", "map_no_codes", "map_list"]


def test_numbers_of_ones_own_tell_the_direction_and_are_no_contacts(tmp_path: Path) -> None:
    """A line from which was dialled makes the call outbound; a colleague's telephone is inside."""
    map_file = tmp_path / "map.yaml"
    map_file.write_text("own_numbers: [02155550000, +86 137 0013 7001]\n", "utf-8")
    rows = [
        call(src="02155550000", dcontext="x"),
        call(src="13900139001", dst="02155550000", dcontext="x"),
        call(src="1001", dst="13700137001"),
    ]
    intake = whole(read_rows(tmp_path, rows, map_file=map_file))
    assert [contact.event.direction for contact in intake.contacts] == ["outbound", "inbound"]
    assert [contact.event.recipient.number for contact in intake.contacts] == ["13800138001", "13900139001"]
    assert intake.set_aside_by_reason() == {"internal_call": 1}


def test_two_systems_that_number_their_calls_alike_are_told_apart(tmp_path: Path) -> None:
    """With a prefix for the ids of one, equal identifiers of two systems are no one call."""
    logs = []
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(f"files: [{name}.csv]\nid_prefix: '{name}:'\n", "utf-8")
        logs.append(tmp_path / f"{name}.csv")
        logs[-1].write_text(csv_text([[*call(accountcode=name), "1762135200.1"]]), "utf-8")
    maps = [tmp_path / f"{name}.yaml" for name in ("a", "b")]
    apart = whole(read_logs(logs, timezone="Asia/Shanghai", map_file=maps))
    assert [contact.event.event_id for contact in apart.contacts] == ["a:1762135200.1", "b:1762135200.1"]
    together = whole(read_logs(logs, timezone="Asia/Shanghai"))
    assert len(together.contacts) == 1


def test_none_reads_by_the_header_alone(tmp_path: Path) -> None:
    """A file that fits a preset is read by the common words on request, on the command line or in the mapping file."""
    text = (FOLDER / "cn-zhx.csv").read_text("utf-8")
    assert refused(tmp_path, text, preset="none").code == "two_headers"
    map_file = tmp_path / "map.yaml"
    map_file.write_text("preset: none\n", "utf-8")
    assert refused(tmp_path, text, map_file=map_file).code == "two_headers"
    problem = refused(tmp_path, csv_text([CALL]), preset="none")
    assert problem.code == "no_header"
    # The row that is shown for a header is a contact, and its number is masked.
    assert "13800138001" not in problem.render("en")


def test_a_log_of_an_unknown_format_is_read_as_ever(tmp_path: Path) -> None:
    """Headers of one's own belong to no preset, and nothing is assumed of them."""
    event = one(tmp_path, ("案件编号", "被叫号码", "拨打时间"), ("C-1", "13800000001", "2025-11-03 10:00:00"))
    assert event.case_id == "C-1"


def test_a_name_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """By the call, in a mapping file and in the configuration."""
    with pytest.raises(ConfigurationError) as caught:
        read_text(tmp_path, csv_text([CALL]), preset="asterisk-mastr")
    assert caught.value.problems[0].values["nearest"] == "asterisk-master"
    told(caught.value)
    map_file = tmp_path / "map.yaml"
    map_file.write_text("preset: asterisk\n", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_text(tmp_path, csv_text([CALL]), map_file=map_file)
    assert [problem.code for problem in caught.value.problems] == ["map_unknown_preset"]
    with pytest.raises(ConfigurationError):
        configure({}, environment={"COLLECTION_GUARD_PRESET": "asterisk"})


def test_the_configuration_and_the_environment_name_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """collection-guard.yaml and COLLECTION_GUARD_PRESET, the latter first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "collection-guard.yaml").write_text("preset: cn-zhx\n", "utf-8")
    assert configure({}, environment={})["preset"] == "cn-zhx"
    assert configure({}, environment={"COLLECTION_GUARD_PRESET": "none"})["preset"] == "none"


def test_a_file_that_is_not_of_the_named_preset_is_refused(tmp_path: Path) -> None:
    """Other widths, other headers, other keys: what is expected stands in the message."""
    wide = refused(tmp_path, csv_text([CALL]), preset="freeswitch-cdr-csv")
    assert (wide.code, wide.values["seen"]) == ("preset_other_width", "16")
    # 17 columns, but no time in the tenth.
    assert refused(tmp_path, (FOLDER / "cn-zhx.csv").read_text("utf-8"), preset="asterisk-master").code == wide.code
    headers = refused(tmp_path, csv_text([CALL]), preset="cn-zhx")
    assert headers.code == "preset_without_headers"
    keys = refused(tmp_path, json.dumps({"call_uuid": "1"}), preset="freeswitch-json", name="log.jsonl")
    assert (keys.code, keys.values["preset"]) == ("preset_without_keys", "freeswitch-json")
    assert refused(tmp_path, json.dumps({"call_uuid": "1"}), preset="cn-zhx").code == "preset_without_keys"


def test_a_named_preset_needs_less_than_one_that_is_told(tmp_path: Path) -> None:
    """Rows whose words are of another version are too few to tell the format by, and enough once it is named."""
    rows = [call(disposition="ABGENOMMEN"), call(disposition="BELEGT")]
    assert refused(tmp_path, csv_text(rows)).code == "no_header"
    intake = whole(read_rows(tmp_path, rows, preset="asterisk-master"))
    assert len(intake.contacts) + len(intake.set_aside) == 2
    assert {item.value for item in intake.unmapped} == {"ABGENOMMEN", "BELEGT"}


def test_a_file_that_fits_two_presets_is_refused_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tells them apart is the user's to say."""
    twin = presets()["asterisk-master"].model_copy(update={"name": "asterisk-twin"})
    both: dict[str, Preset] = {**presets(), twin.name: twin}
    monkeypatch.setattr(recognition, "presets", lambda: both)
    problem = refused(tmp_path, csv_text([CALL]))
    assert (problem.code, problem.values["names"]) == ("preset_ambiguous", "asterisk-master, asterisk-twin")
    assert len(read_rows(tmp_path, [CALL], preset="asterisk-master").contacts) == 1


@pytest.mark.parametrize("name", [path.name for path in FOLDER.iterdir()])
def test_no_two_presets_claim_one_sample(name: str) -> None:
    """Each sample fits one preset alone; a second one would be refused as ambiguous."""
    assert read_logs([FOLDER / name], timezone="Asia/Shanghai").files


def test_a_header_over_a_telephone_log_is_read_too(tmp_path: Path) -> None:
    """An export of the same table with its header is the same preset, in any order of columns."""
    names = presets()["asterisk-master"].rows[0].columns
    places = list(reversed(range(len(names))))
    rows = [[names[place] for place in places], [CALL[place] for place in places]]
    [contact] = whole(read_rows(tmp_path, rows)).contacts
    [plain] = whole(read_rows(tmp_path, [CALL])).contacts
    assert contact.event == plain.event


def test_a_column_that_a_preset_does_not_know_is_read_by_its_header(tmp_path: Path) -> None:
    """An agency's column beside those of the preset names the agency; one that nobody knows is listed."""
    text = (FOLDER / "cn-zhx.csv").read_text("utf-8").splitlines()
    lines = [f"{text[0]},委外机构,内部编码", f"{text[1]},甲公司,x"]
    intake = read_text(tmp_path, "\n".join(lines))
    assert intake.contacts[0].event.agency == "甲公司"
    assert intake.files[0].sheets[0].unmapped == ("内部编码",)


def test_two_orders_of_one_width_are_told_by_their_shapes(tmp_path: Path) -> None:
    """The seventeenth column is the id of the call where it has the form of one, and else what users put there."""
    [with_id] = read_rows(tmp_path, [[*CALL, "1762135200.1"]]).contacts
    assert with_id.event.event_id == "1762135200.1"
    [without] = read_rows(tmp_path, [[*CALL, "campaign 7"]]).contacts
    assert (without.event.extra or {})["userfield"] == "campaign 7"
    assert without.event.event_id.startswith("row-")


def test_direction_is_unknown_where_context_and_numbers_disagree(tmp_path: Path) -> None:
    """A number called from an extension in the context of calls that come in may be either."""
    [contact] = read_rows(tmp_path, [call(dcontext="from-trunk")]).contacts
    assert contact.event.direction is None
    [hidden] = read_rows(tmp_path, [call(src="anonymous", dst="1001", dcontext="from-trunk")]).contacts
    assert (hidden.event.direction, hidden.event.recipient.number) == ("inbound", None)


def test_numbers_of_another_country(tmp_path: Path) -> None:
    """What is a number depends on where it was dialled: 9 and a North American number, from there."""
    [contact] = read_rows(tmp_path, [call(dst="912065550101")], country="US", timezone="America/New_York").contacts
    assert contact.event.recipient.number == "12065550101"
    [kept] = read_rows(tmp_path, [call(dst="912065550101")]).contacts
    assert kept.event.recipient.number == "912065550101"
