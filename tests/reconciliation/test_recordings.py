"""Recordings: whose they are, whether they are as long as the talk, and whether one stands for two contacts."""

import struct
import wave
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.taken import Position
from collection_guard.model import Event
from collection_guard.model.problems import LogError
from collection_guard.reconciliation.recordings import Recording, path_parts, read_recordings
from collection_guard.reconciliation.sound_files import SoundError, read_wav
from reconciliation.making import all_said, compared, contact

PLACE = Position("recordings.csv", None, 2)
HEADER = "录音文件,录音时长(秒),通话ID,号码,开始时间\n"


def listed(folder: Path, text: str, **more: Any) -> list[Recording]:
    """Write a list of recordings and read it; nothing of it may be rejected."""
    path = folder / "recordings.csv"
    path.write_text(text, "utf-8")
    found = read_recordings([path], **{"timezone": "Asia/Shanghai"} | more)
    assert found.rejected == ()
    return list(found.recordings)


def wav(path: Path, seconds: float, *, value: int = 0) -> None:
    """Write a WAV file with the standard library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<h", value) * round(seconds * 8000))


def answered(event_id: str, seconds: float = 0, talk: float = 60, recording: str | None = None, **more: Any) -> Event:
    """Return a call that was answered."""
    extra = {"recording": recording} if recording is not None else None
    return contact(event_id, seconds, talk=talk, network="connected", extra=extra, **more)


# --- whose it is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "recording"),
    [
        ("rec/11/03/a.wav,61,,,", "rec/11/03/a.wav"),
        ("a.wav,61,,,", "https://records.example/rec/11/03/a.wav?key=1"),
        (r"D:\rec\11\03\A.WAV,61,,,", "11/03/a.wav"),
        ("b.wav,61,CALL-001,,", None),
        ("out-CALL-001-1002.wav,61,,,", None),
        ("call-001.wav,61,,,", None),
        ("b.wav,61,,13800000001,2025-11-03 12:00:20", None),
    ],
    ids=["name", "end-of-an-address", "case-and-slashes", "id", "id-in-the-name", "id-is-the-name", "number-and-time"],
)
def test_recording_is_linked(tmp_path: Path, row: str, recording: str | None) -> None:
    """A recording is found by the name that the call gives, by its id, by the id in its name, or by number and time."""
    recordings = listed(tmp_path, HEADER + row + "\n")
    call = answered("CALL-001", recording=recording)
    assert all_said(compared([contact("N", 0)], [call], recordings)) == []
    other = [Recording(item.position, "zz.wav", 61) for item in recordings]
    assert [kind for kind, *_ in all_said(compared([contact("N", 0)], [call], other))] == [
        "call-without-recording",
        "recording-without-call",
    ]


def test_name_that_ends_two_paths_is_nobodys(tmp_path: Path) -> None:
    """A bare name that two recordings end in says of neither that it is the call's."""
    recordings = listed(tmp_path, HEADER + "1/a.wav,60,,,\n2/a.wav,60,,,\n")
    found = all_said(compared([contact("N", 0)], [answered("CALL-001", recording="a.wav")], recordings))
    assert [kind for kind, *_ in found] == [
        "call-without-recording",
        "recording-without-call",
        "recording-without-call",
    ]


def test_recording_that_may_be_of_two_calls_is_of_none(tmp_path: Path) -> None:
    """Where number and time fit two calls as well, the recording is linked to neither and missed by neither."""
    recordings = listed(tmp_path, HEADER + "b.wav,60,,13800000001,2025-11-03 12:00:47\n")
    calls = [answered("C1", 0, talk=30), answered("C2", 50, talk=30)]
    result = compared([contact("N1", 0, talk=30), contact("N2", 50, talk=30)], calls, recordings)
    assert all_said(result) == []
    assert result.unclear_recordings == 1


def test_note_names_the_recording_of_its_call() -> None:
    """Where only the note names the recording, it is that of the note's call."""
    note = contact("N", 0, extra={"recording": "a.wav"})
    recording = Recording(PLACE, "a.wav", 90.0)
    found = all_said(compared([note], [answered("C")], [recording]))
    assert found == [("talk-differs-from-recording", "C", "a.wav")]


def test_id_that_the_list_gives_comes_before_the_name(tmp_path: Path) -> None:
    """Where a row gives the id of its call, an id in the name of the file says nothing."""
    recordings = listed(tmp_path, HEADER + "CALL-001.wav,60,CALL-002,,\n")
    calls = [answered("CALL-001", 0), answered("CALL-002", 9000)]
    found = all_said(compared([contact("N1", 0), contact("N2", 9000)], calls, recordings))
    assert found == [("call-without-recording", "CALL-001")]


def test_note_that_may_be_of_another_call_says_nothing_of_recordings() -> None:
    """A note between two calls may name the recording of one of them: that is no second use of it."""
    calls = [answered("C1", 0, talk=15, recording="a.wav"), answered("C2", 40, talk=15)]
    note = contact("N", 27, extra={"recording": "a.wav"})
    assert all_said(compared([note], calls)) == [("ambiguous-match", "C1", "C2", "N")]


# --- lengths ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "differs"),
    [
        ((65,), False),
        ((66,), True),
        ((54,), True),
        ((55,), False),
        ((20, 41), False),
        ((61, 61), False),
        ((20, 20), True),
    ],
    ids=["just-longer", "longer", "shorter", "just-shorter", "in-two-parts", "both-legs", "parts-missing"],
)
def test_talk_is_held_against_its_recording(lengths: tuple[int, ...], *, differs: bool) -> None:
    """A talk of a minute agrees with a recording of it, with one in parts, and with one of each leg."""
    recordings = [Recording(PLACE, f"{place}-CALL-001.wav", float(x)) for place, x in enumerate(lengths)]
    kinds = [kind for kind, *_ in all_said(compared([contact("N", 0)], [answered("CALL-001")], recordings))]
    assert kinds == (["talk-differs-from-recording"] if differs else [])


def test_unknown_length_is_no_finding(tmp_path: Path) -> None:
    """A list that gives no length says whether a call is recorded, and nothing of how long."""
    recordings = listed(tmp_path, "录音文件,通话ID\nb.wav,CALL-001\n")
    assert all_said(compared([contact("N", 0)], [answered("CALL-001")], recordings)) == []


@pytest.mark.parametrize(
    ("header", "cell", "seconds"),
    [
        ("录音时长", "00:01:35", 95.0),
        ("录音时长(分钟)", "2", 120.0),
        ("length_in_sec", "95", 95.0),
        ("时长", "1分35秒", 95.0),
    ],
)
def test_lengths_are_read_in_their_forms(tmp_path: Path, header: str, cell: str, seconds: float) -> None:
    """Seconds, minutes named in the header, clock forms and words are all lengths."""
    [recording] = listed(tmp_path, f"录音文件,{header}\na.wav,{cell}\n")
    assert recording.seconds == seconds


def test_only_answered_calls_need_a_recording() -> None:
    """A call that nobody answered, or that was cut off at once, has none to show."""
    calls = [contact("C1", 0, network="no_answer", talk=0), answered("C2", 1000, talk=3), answered("C3", 2000)]
    notes = [contact(f"N{place}", place * 1000) for place in range(3)]
    assert all_said(compared(notes, calls, [])) == [("call-without-recording", "C3")]
    assert all_said(compared(notes, calls, None)) == []


# --- one recording used twice -------------------------------------------------------------------------------------


def test_one_recording_named_by_two_calls() -> None:
    """Two calls that name one recording are one finding, also where no recordings are given at all."""
    calls = [answered("C1", 0, recording="1/a.wav"), answered("C2", 9000, recording="a.wav")]
    notes = [contact("N1", 0), contact("N2", 9000)]
    assert all_said(compared(notes, calls)) == [("recording-used-twice", "C1", "C2")]
    # Its length agrees with neither talk: which of them it is of has to be found out first.
    recordings = [Recording(PLACE, "1/a.wav", 10.0)]
    assert all_said(compared(notes, calls, recordings)) == [("recording-used-twice", "1/a.wav", "C1", "C2")]


def test_note_and_its_call_may_name_one_recording() -> None:
    """A note and its call are one contact; a second note of the same recording is another."""
    call = answered("C1", 0, recording="a.wav")
    note = contact("N1", 0, extra={"recording": "a.wav"})
    assert all_said(compared([note], [call])) == []
    made_up = contact("N2", 9000, extra={"recording": "a.wav"})
    assert all_said(compared([note, made_up], [call])) == [
        ("note-without-call", "N2"),
        ("recording-used-twice", "C1", "N2"),
    ]


def test_one_file_listed_for_two_calls(tmp_path: Path) -> None:
    """A list that gives one file two calls is a finding; the same row delivered twice is not."""
    calls = [answered("CALL-001", 0), answered("CALL-002", 9000)]
    notes = [contact("N1", 0), contact("N2", 9000)]
    twice = listed(tmp_path, HEADER + "a.wav,60,CALL-001,,\na.wav,60,CALL-002,,\n")
    assert [kind for kind, *_ in all_said(compared(notes, calls, twice))] == ["recording-used-twice"]
    same = listed(tmp_path, HEADER + "a.wav,60,CALL-001,,\na.wav,60,CALL-001,,\nb.wav,60,CALL-002,,\n")
    assert all_said(compared(notes, calls, same)) == []


def test_a_copy_under_another_name_is_the_same_recording(tmp_path: Path) -> None:
    """Two files with the same sound are one recording, whatever they are called; a second of silence proves nothing."""
    wav(tmp_path / "CALL-001.wav", 60, value=7)
    wav(tmp_path / "CALL-002.wav", 60, value=7)
    calls = [answered("CALL-001", 0), answered("CALL-002", 9000)]
    notes = [contact("N1", 0), contact("N2", 9000)]
    found = read_recordings([tmp_path])
    assert [kind for kind, *_ in all_said(compared(notes, calls, found.recordings))] == ["recording-used-twice"]
    wav(tmp_path / "CALL-002.wav", 60, value=8)
    assert all_said(compared(notes, calls, read_recordings([tmp_path]).recordings)) == []
    short = [Recording(PLACE, f"CALL-00{place}.wav", 0.5, digest="d") for place in (1, 2)]
    assert {recording.sound for recording in short} == {None}


# --- files --------------------------------------------------------------------------------------------------------


@given(st.floats(0.01, 3), st.sampled_from((1, 2)), st.sampled_from((1, 2)), st.sampled_from((8000, 16000)))
def test_length_of_a_wav_file(
    tmp_path_factory: pytest.TempPathFactory, length: float, channels: int, width: int, rate: int
) -> None:
    """What the standard library writes has the length that its header tells."""
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    frames = max(1, round(length * rate))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(frames * channels * width))
    assert read_wav(path).seconds == frames / rate


def riff(codec: int, rate: int, data: bytes, told: int | None = None) -> bytes:
    """Return a WAV file of any codec, with a chunk that a reader has to pass over."""
    chunk = struct.pack("<HHIIHH", codec, 1, 8000, rate, 1, 8)
    body = b"WAVE" + b"LIST" + struct.pack("<I", 3) + b"abc\0" + b"fmt " + struct.pack("<I", len(chunk)) + chunk
    body += b"data" + struct.pack("<I", len(data) if told is None else told) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("codec", [6, 7, 49], ids=["a-law", "mu-law", "gsm"])
@pytest.mark.parametrize("told", [None, 0, 0xFFFFFFFF, 999_999], ids=["whole", "never-told", "streamed", "cut-off"])
def test_telephone_codecs_have_a_length_too(tmp_path: Path, codec: int, told: int | None) -> None:
    """A-law, µ-law and GSM are as long as their bytes a second say, also where the file was never closed."""
    path = tmp_path / "a.wav"
    path.write_bytes(riff(codec, 1625, bytes(3250), told))
    assert read_wav(path).seconds == 2.0


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3" + bytes(90), riff(1, 0, bytes(10)), riff(1, 8000, b"")[:30]])
def test_what_is_no_wav_file_is_said(tmp_path: Path, content: bytes) -> None:
    """A file that is empty, of another kind or cut off before its sound has no length."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(SoundError, match="recording_no_wav"):
        read_wav(path)


def test_folder_of_recordings(tmp_path: Path) -> None:
    """nothing-lost: each file of a folder is a recording, rejected with its reason, or set aside as no sound."""
    wav(tmp_path / "2025/11/a.wav", 2)
    (tmp_path / "b.wav").write_bytes(b"no sound")
    (tmp_path / "c.mp3").write_bytes(b"ID3")
    (tmp_path / "readme.txt").write_text("x")
    found = read_recordings([tmp_path])
    assert [(item.name, item.seconds) for item in found.recordings] == [("2025/11/a.wav", 2.0)]
    assert sorted(item.reason for item in found.rejected) == ["recording_format", "recording_no_wav"]
    assert len(found.set_aside) == 1
    assert found.rows_read == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",60,,,", "recording_without_name"),
        ("a.wav,long,,,", "recording_length"),
        ("a.wav,60,6.22588E+18,,", "recording_digits_lost"),
        ("a.wav,60,,,soon", "time_unreadable"),
        ("a.wav,60,,,2025-11-03", "time_without_clock"),
    ],
)
def test_rows_that_cannot_be_read_are_rejected(tmp_path: Path, row: str, reason: str) -> None:
    """A row of the list that cannot be read is rejected with its reason, and the others are read."""
    path = tmp_path / "recordings.csv"
    path.write_text(HEADER + row + "\nb.wav,60,,,2025-11-03 12:00:00\n", "utf-8")
    found = read_recordings([path], timezone="Asia/Shanghai")
    assert [item.reason for item in found.rejected] == [reason]
    assert [item.name for item in found.recordings] == ["b.wav"]


def test_local_times_need_a_zone(tmp_path: Path) -> None:
    """A time without a zone is rejected where none is configured."""
    path = tmp_path / "recordings.csv"
    path.write_text(HEADER + "a.wav,60,,13800000001,2025-11-03 12:00:00\n", "utf-8")
    assert [item.reason for item in read_recordings([path]).rejected] == ["time_without_zone"]


def test_dates_of_two_readings_are_refused(tmp_path: Path) -> None:
    """Where day and month cannot be told apart, the list is not guessed at."""
    path = tmp_path / "recordings.csv"
    path.write_text(HEADER + "a.wav,60,,13800000001,03/11/2025 12:00\n", "utf-8")
    with pytest.raises(LogError, match="day and month"):
        read_recordings([path], timezone="Asia/Shanghai")


def test_recordings_as_json_lines(tmp_path: Path) -> None:
    """A list may be JSON lines; a field that it does not have is refused."""
    path = tmp_path / "recordings.jsonl"
    path.write_text('{"file": "a.wav", "seconds": 61, "call_id": "CALL-001"}\n', "utf-8")
    [recording] = read_recordings([path]).recordings
    assert (recording.name, recording.seconds, recording.call_id) == ("a.wav", 61.0, "CALL-001")
    path.write_text('{"file": "a.wav", "secnds": 61}\n', "utf-8")
    with pytest.raises(LogError, match="nearest: seconds"):
        read_recordings([path])


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("https://h.example/a/b%20c.wav?x=1#y", ("a", "b c.wav")),
        (r"C:\rec\A.wav", ("c:", "rec", "a.wav")),
        ("./a//b.wav", ("a", "b.wav")),
    ],
)
def test_parts_of_names(name: str, parts: tuple[str, ...]) -> None:
    """A name is taken apart at its slashes, without the server and what follows a question mark."""
    assert path_parts(name) == parts
