"""Is everybody told of what is shown, once, whatever happens to us or to them?"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.config import Config, load
from custodes.notices import send
from custodes.notices.backoff import retry_after
from custodes.notices.message import LONGEST, Message, message
from custodes.notices.news import Level, News, news
from custodes.pipeline import notice
from custodes.pipeline import notify as notifying
from custodes.pipeline.notify import NotifyOutcome, notify
from custodes.pipeline.workspace import create_or_open, prepare
from custodes.records import Evidence, Finding, Incident
from custodes.state import schema
from tests.notices.receiver import Receiver, receiving

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOOK = '[[notices]]\nname = "hook"\nkind = "webhook"\nurl_env = "HOOK"\n'
SIEM = '[[notices]]\nname = "siem"\nkind = "ocsf"\nurl_env = "HOOK"\nauthorization_env = "SIEM_TOKEN"\n'
FILE = '[[notices]]\nname = "lines"\nkind = "ocsf"\npath = "out.jsonl"\n'


def finding(number: int, **changes: Any) -> Finding:
    one = Finding(
        id=f"F-{number}",
        check="night_export",
        title="Customers exported at night",
        severity=4,
        confidence=0.9,
        actors=(f"staff:e{number}",),
        parties=(),
        clients=(),
        keys=(),
        subjects=5,
        first=NOW,
        last=NOW,
        raised=NOW - timedelta(days=1),
        reason=f"staff:e{number} exported 5 times.",
        evidence=(Evidence("r1", 3),),
        touches=5,
        tip="Ask.",
        blind_spots=("Copies.",),
        datasets=("shop.main.customers",),
    )
    return replace(one, **changes)


def incident(number: int, **changes: Any) -> Incident:
    one = Incident(
        *(f"I-{number}", 67.5, "Customers exported at night", 4, (f"staff:e{number}",), (), (), 5),
        *(NOW, NOW, NOW - timedelta(days=1), f"staff:e{number} exported 5 times.", (f"F-{number}",)),
    )
    return replace(one, **changes)


class Place:
    def __init__(self, folder: Path, targets: str) -> None:
        self.folder, self.now, self.began = folder, NOW, NOW
        prepare(self._config(targets))
        self.workspace = create_or_open(self._config(targets), clock=lambda: self.now, by="user:test")

    def _config(self, targets: str) -> Config:
        (self.folder / "custodes.toml").write_text(f'name = "made up"\ndaily_budget = 100\n{targets}')
        return load(self.folder / "custodes.toml")

    def anew(self, targets: str) -> None:
        """As it was in the beginning, but for the ledger: to make a workspace takes seconds."""
        # A day later: what is sealed twice at the same moment would be the same file.
        self.began += timedelta(days=1)
        self.now, self.workspace.config = self.began, self._config(targets)
        with self.workspace.database.write() as connection:
            for table in (schema.outbox, schema.told, schema.finding, schema.incident):
                connection.execute(table.delete())

    def found(self, *incidents: Incident) -> None:
        self.workspace.judgements.save(
            [finding(int(one.id[2:]), severity=one.severity) for one in incidents], incidents
        )

    def notify(self, **how: bool) -> NotifyOutcome:
        return notify(self.workspace, **how)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    one = Place(tmp_path_factory.mktemp("notices"), "")
    yield one
    one.workspace.close()


@pytest.fixture
def place(made: Place, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Place:
    monkeypatch.setenv("HOOK", receiver.url)
    # Whatever its findings amount to is what an incident says here.
    monkeypatch.setattr(
        notifying, "shown_incidents", lambda _workspace, incidents, _findings: {one.id: NOW for one in incidents}
    )
    monkeypatch.setattr(send, "WITHIN", 2.0)
    made.anew(HOOK)
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(body) for _, body in receiver.got]


def test_what_is_shown_is_told_once_in_one_notice_and_again_when_it_grew_gravely(
    place: Place, receiver: Receiver
) -> None:
    place.found(incident(1), incident(2))
    outcome = place.notify()
    assert [(one.name, one.made, one.sent, one.waiting) for one in outcome.targets] == [("hook", 1, 1, 0)]
    (told,) = bodies(receiver)
    assert [one["id"] for one in told["incidents"]] == ["I-1", "I-2"]
    assert told["title"] == "Custodes, made up: 2 new incidents"
    (headers, _), *_ = receiver.got
    assert headers["Idempotency-Key"] == told["id"]
    assert place.notify().targets[0].made == 0
    place.found(incident(1, score=70.0, subjects=9), incident(2, severity=5))
    assert place.notify().targets[0].sent == 1
    again = bodies(receiver)[1]
    assert [(one["id"], one["grown"]) for one in again["incidents"]] == [("I-2", "its severity is higher")]
    assert len(receiver.got) == 2


def test_a_receipt_of_each_notice_is_sealed_before_it_leaves(place: Place, receiver: Receiver) -> None:
    receiver.mood = "500"
    place.found(incident(1))
    before = place.workspace.ledger.size
    place.notify()
    assert place.workspace.ledger.size == before + 1
    place.later(minutes=2)
    place.notify()
    assert place.workspace.ledger.size == before + 1


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("500", "the receiver answered 500"),
        ("302", "the receiver answered 302"),
        ("break", "the receiver broke the connection"),
        ("hang", "no answer within|silent for too long"),
        ("drip", "no answer within"),
    ],
)
def test_a_receiver_that_is_down_for_days_gets_everything_when_it_is_back(
    place: Place, receiver: Receiver, mood: str, words: str
) -> None:
    """With ever longer pauses, never longer than an hour; the notice that failed first, unchanged, under its own id."""
    receiver.mood = mood
    place.found(incident(1))
    outcome = place.notify()
    (failed,) = outcome.failed
    assert re.search(words, failed.failure or "")
    assert failed.next_try == place.now + timedelta(minutes=1)
    if mood == "500":
        pauses = []
        for _ in range(9):
            place.now = place.workspace.outbox.waiting()[0].due
            place.notify()
            pauses.append(place.workspace.outbox.waiting()[0].due - place.now)
        assert [one.total_seconds() / 60 for one in pauses] == [2, 4, 8, 16, 32, 60, 60, 60, 60]
    asked = receiver.asked
    place.found(incident(1), incident(2))
    assert place.notify().targets[0].waiting == 2
    assert receiver.asked == asked  # not before it is due
    receiver.mood = "ok"
    place.later(days=3)
    assert place.notify().targets[0].sent == 2
    assert [[one["id"] for one in told["incidents"]] for told in bodies(receiver)] == [["I-1"], ["I-2"]]


@pytest.mark.parametrize(
    ("asks", "pause"),
    [
        ("600", 600),
        ("5", 60),
        ("99999999999", 86_400),
        ("in two hours", 7_200),
        ("soon", 60),
        ("-5", 60),
        ("1 Jan 2020 99999999999:00:00 GMT", 60),
        ("1 Jan 2020 10:00:00 +99999999999999999", 60),
        ("31 Dec 9999 23:59:59 -2359", 86_400),
    ],
)
def test_a_receiver_that_wants_to_be_left_alone_is_for_a_day_at_most(
    place: Place, receiver: Receiver, asks: str, pause: int
) -> None:
    date = format_datetime(place.now + timedelta(hours=2), usegmt=True)
    receiver.mood, receiver.headers = "429", {"Retry-After": date if asks == "in two hours" else asks}
    place.found(incident(1))
    (failed,) = place.notify().failed
    assert (failed.failure, failed.next_try) == ("the receiver answered 429", place.now + timedelta(seconds=pause))


@given(st.text(max_size=60) | st.from_regex(r"\d{1,20} Jan \d{1,20} \d{1,20}:\d{1,20}:\d\d [+-]\d{1,20}"))
def test_whatever_a_receiver_asks_for_is_read_or_passed_over(asks: str) -> None:
    span = retry_after(asks, NOW)
    assert span is None or span >= timedelta(0)


def test_a_fault_of_ours_about_one_target_is_its_failure_and_the_others_are_told(
    place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.anew(HOOK + FILE)
    place.found(incident(1))

    def fail(*_: object) -> None:
        raise OverflowError("s3cret")

    monkeypatch.setattr(notifying, "post", fail)
    hook, lines = place.notify().targets
    assert (hook.failure, hook.next_try) == ("it failed (OverflowError)", place.now + timedelta(minutes=1))
    assert (lines.sent, lines.waiting) == (1, 0)
    (place.folder / "out.jsonl").unlink()


def test_a_notice_that_arrived_though_we_were_not_told_so_comes_again_under_the_same_id(
    place: Place, receiver: Receiver
) -> None:
    receiver.mood = "taken, then broken"
    place.found(incident(1))
    assert place.notify().failed
    receiver.mood = "ok"
    place.later(minutes=2)
    place.notify()
    (first, body), (second, again) = receiver.got
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert body == again


@pytest.mark.parametrize("where", ["seal_receipts", "put", "post", "sent"])
def test_a_crash_at_any_step_loses_nothing(
    place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """What is told after the next start has the id it had before."""
    place.found(incident(1))

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    owner: Any = {"put": place.workspace.outbox, "sent": place.workspace.outbox, "post": notifying}.get(
        where, place.workspace
    )
    with monkeypatch.context() as patch:
        patch.setattr(owner, where, crash)
        with pytest.raises(KeyboardInterrupt):
            place.notify()
    place.later(seconds=1)
    place.notify()
    assert len(receiver.got) == (2 if where == "sent" else 1)
    assert len({told["id"] for told in bodies(receiver)}) == 1
    assert place.workspace.outbox.waiting() == ()


def test_a_dry_run_leaves_no_trace(place: Place, receiver: Receiver) -> None:
    place.found(incident(1))
    size = place.workspace.ledger.size
    outcome = place.notify(dry=True)
    assert "staff:e1 exported 5 times" in outcome.texts[0][1]
    assert (receiver.asked, place.workspace.ledger.size, place.workspace.outbox.waiting()) == (0, size, ())
    assert place.notify().targets[0].sent == 1


def test_one_target_that_fails_does_not_keep_the_others_from_being_told(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, place: Place
) -> None:
    folder, three = place.folder, place
    three.anew(HOOK + SIEM + FILE)
    monkeypatch.delenv("HOOK")
    three.found(incident(1))
    outcome = three.notify()
    assert [one.failure for one in outcome.targets] == [*["the environment variable HOOK is not set"] * 2, None]
    (line,) = (folder / "out.jsonl").read_text().splitlines()
    assert (json.loads(line)["class_uid"], (folder / "out.jsonl").stat().st_mode & 0o777) == (2005, 0o600)
    monkeypatch.setenv("HOOK", receiver.url)
    three.later(minutes=2)
    assert [one.failure for one in three.notify().targets] == [
        None,
        "the environment variable SIEM_TOKEN is not set",
        None,
    ]
    monkeypatch.setenv("SIEM_TOKEN", "Splunk 123")
    three.later(minutes=3)
    assert three.notify().failed == ()
    assert receiver.got[-1][0]["Authorization"] == "Splunk 123"
    (folder / "out.jsonl").unlink()


def test_many_are_told_to_a_program_and_counted_to_people(place: Place, receiver: Receiver) -> None:
    many = [incident(number, score=60.0 + number / 100) for number in range(250)]
    place.found(*many)
    assert place.notify().targets[0].sent == 1
    (told,) = bodies(receiver)
    assert (len(told["incidents"]), told["more"]) == (100, 150)
    assert "and 240 more with lower scores" in told["text"]
    place.anew(FILE)
    place.found(*many)
    assert place.notify().targets[0].sent == 3
    assert len((place.folder / "out.jsonl").read_text().splitlines()) == 250
    (place.folder / "out.jsonl").unlink()


def test_what_is_configured_no_more_is_dropped_and_said(place: Place, receiver: Receiver) -> None:
    receiver.mood = "500"
    place.found(incident(1))
    place.notify()
    place.workspace.config = replace(
        place.workspace.config, notices=(replace(place.workspace.config.notices[0], name="new"),)
    )
    receiver.mood = "ok"
    outcome = place.notify()
    assert outcome.dropped == {"hook": 1}
    assert [(one.name, one.sent) for one in outcome.targets] == [("new", 1)]


@pytest.mark.parametrize("before", ["webhook", "ocsf", "apprise"])
@pytest.mark.parametrize("after", ["webhook", "ocsf", "apprise"])
def test_a_target_that_becomes_another_kind_is_told_from_anew_in_the_new_form(
    place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """What waited was made for the other; nothing of it is lost."""
    by_apprise: list[Message] = []

    def take(_url: str, told: Message) -> None:
        if receiver.mood != "ok":
            raise send.NotDelivered("no")
        by_apprise.append(told)

    monkeypatch.setattr(notifying, "by_apprise", take)
    receiver.mood = "500"
    place.anew(HOOK.replace("webhook", before))
    place.found(incident(1), incident(2))
    place.notify()
    receiver.mood = "ok"
    place.later(minutes=2)
    place.workspace.config = place._config(HOOK.replace("webhook", after))
    assert [body for _, body in place.notify(dry=True).texts] != []
    outcome = place.notify()
    assert (outcome.failed, outcome.targets[0].sent) == ((), 1)
    assert outcome.dropped == ({} if before == after else {f"hook ({before})": 1})
    if after == "apprise":
        assert "case C-I-2" in by_apprise[0].text
    else:
        ((headers, body),) = receiver.got
        assert headers["Content-Type"] == {"webhook": "application/json", "ocsf": "application/x-ndjson"}[after]
        assert len(body.splitlines()) == {"webhook": 1, "ocsf": 2}[after]


def test_what_becomes_graver_again_is_told_under_another_id(place: Place, receiver: Receiver) -> None:
    """The same words as before, but told once more."""
    for score, severity in [(70.0, 3), (50.0, 4), (70.0, 3), (50.0, 4)]:
        place.found(incident(1, score=score, severity=severity))
        assert place.notify().targets[0].sent == 1
    assert len({told["id"] for told in bodies(receiver)}) == 4


def test_a_notice_that_is_refused_is_kept_and_others_pass(place: Place, receiver: Receiver) -> None:
    receiver.never = b"staff:e1 "
    place.found(incident(1))
    place.notify()
    place.found(incident(1), incident(2))
    (target,) = place.notify().targets
    assert (target.sent, target.waiting, target.refused) == (1, 1, 1)
    assert (target.failure, target.next_try) == ("the receiver answered 422", place.now + timedelta(minutes=1))
    place.later(minutes=1)
    (target,) = place.notify().targets
    assert target.next_try == place.now + timedelta(minutes=2)
    receiver.never, receiver.mood = b"", "500"
    place.later(minutes=2)
    place.found(incident(1), incident(2), incident(3))
    (target,) = place.notify().targets
    assert (target.waiting, target.refused, target.failure) == (2, 1, "the receiver answered 500")
    asked = receiver.asked
    place.notify()
    assert receiver.asked == asked  # it is down, so it is not asked about what it refused either
    receiver.mood = "ok"
    place.later(hours=1)
    assert place.notify().failed == ()
    assert [[one["id"] for one in told["incidents"]] for told in bodies(receiver)] == [["I-2"], ["I-3"], ["I-1"]]


def test_a_notice_to_a_program_has_a_most_of_bytes(
    place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "MOST_BYTES", 20_000)
    place.anew(HOOK.replace("webhook", "ocsf"))
    sizes = {1: 100, 2: 30_000, 3: 100, 4: 9_000, 5: 9_000}
    place.found(*(incident(number, score=90.0 - number, reason="x" * size) for number, size in sizes.items()))
    assert place.notify().failed == ()
    told = [[json.loads(line) for line in body.splitlines()] for _, body in receiver.got]
    assert [[len(one["desc"]) for one in each] for each in told] == [[100], [30_000], [100, 9_000], [9_000]]
    assert all(len(body) <= 20_000 for (_, body), each in zip(receiver.got, told, strict=True) if len(each) > 1)
    for (headers, _), each in zip(receiver.got, told, strict=True):
        assert {one["metadata"]["correlation_uid"] for one in each} == {headers["Idempotency-Key"]}


def test_a_slow_receiver_keeps_neither_us_nor_the_others(
    place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of one run has an end, and each target gets its turn before another gets a second one."""
    place.anew(HOOK + FILE)
    with monkeypatch.context() as patch:
        patch.setattr(notifying, "IN_ALL", 0.0)
        for number in range(1, 5):
            place.found(*(incident(each) for each in range(1, number + 1)))
            hook, lines = place.notify().targets
            assert (hook.failure, lines.waiting) == ("no time was left in this run", number)
    passed = [0.0]

    def slowly(*what: Any) -> None:
        passed[0] += 14.0
        send.post(*what)

    with monkeypatch.context() as patch:
        patch.setattr(send, "WITHIN", 15.0)
        patch.setattr(notifying, "monotonic", lambda: passed[0])
        patch.setattr(notifying, "post", slowly)
        hook, lines = place.notify().targets
    assert passed[0] <= notifying.IN_ALL
    assert [(one.sent, one.waiting) for one in (hook, lines)] == [(2, 2), (2, 2)]
    assert place.notify().failed == ()
    assert len(receiver.got) == 4
    (place.folder / "out.jsonl").unlink()


def test_nothing_is_worked_out_where_nothing_can_be_news(
    place: Place, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.found(incident(1))
    place.notify()
    monkeypatch.setattr(notifying, "shown_incidents", None)
    monkeypatch.setattr(place.workspace.judgements, "findings", None)
    assert place.notify().targets[0].made == 0


def test_a_line_that_was_cut_short_is_ended_first(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_bytes(b'{"a": 1}\n{"b"')
    send.append(file, b'{"c": 3}\n')
    assert file.read_bytes() == b'{"a": 1}\n{"b"\n{"c": 3}\n'


@pytest.mark.parametrize("odd", ["link", "folder"])
def test_what_is_no_plain_file_is_not_written_to(tmp_path: Path, odd: str) -> None:
    file = tmp_path / "out.jsonl"
    if odd == "link":
        file.symlink_to(tmp_path / "elsewhere")
    else:
        file.mkdir()
    with pytest.raises(send.NotDelivered, match="cannot be written"):
        send.append(file, b"{}\n")
    assert not (tmp_path / "elsewhere").exists()


SECRET = "s3cret"


@pytest.mark.parametrize(
    "url",
    [
        f"ftp://h/{SECRET}",
        f"http://[{SECRET}",
        f"{SECRET}",
        f"http://127.0.0.1:1/{SECRET}",
        f"http://a b/{SECRET}",
        f"http://127.0.0.1:99999/{SECRET}",
    ],
)
def test_no_secret_is_in_what_is_said_of_a_failure(url: str) -> None:
    with pytest.raises(send.NotDelivered) as failed:
        send.post(url, b"{}", {"Authorization": SECRET})
    assert SECRET not in failed.value.why
    assert SECRET not in str(failed.value)


def test_no_secret_is_in_state_or_output(place: Place, receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    receiver.mood = "500"
    place.found(incident(1))
    outcome = place.notify()
    kept = b"".join(one.read_bytes() for one in (place.folder / "custodes-data").rglob("*") if one.is_file())
    assert SECRET.encode() not in kept
    assert SECRET not in repr(outcome) + "".join(capsys.readouterr())


def test_apprise_delivers_and_its_refusal_is_told_without_the_address(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("apprise")
    told = message("made up", [News(incident(1))], "N-1")
    send.by_apprise(receiver.url.replace("http://", "json://"), told)
    ((_, body),) = receiver.got
    assert "staff:e1 exported 5 times." in json.loads(body)["message"]
    receiver.mood = "500"
    with pytest.raises(send.NotDelivered, match="apprise could not deliver it"):
        send.by_apprise(receiver.url.replace("http://", "json://"), told)
    with pytest.raises(send.NotDelivered, match="none that apprise knows"):
        send.by_apprise(f"nothing://{SECRET}", told)
    assert SECRET not in "".join(capsys.readouterr())


def test_a_receiver_that_drips_leaves_no_thread_and_no_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "WITHIN", 0.5)
    receiver.mood = "drip"
    threads = set(threading.enumerate())
    with pytest.raises(send.NotDelivered, match="no answer within"):
        send.post(receiver.url, b"{}", {})
    assert not [one for one in threading.enumerate() if one not in threads and "process_request" not in one.name]
    for _ in range(100):
        if not receiver.open:
            break
        time.sleep(0.02)
    assert receiver.open == 0


def test_attempts_that_do_not_end_are_not_heaped_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be ended from outside ends by itself one day; until then there are only so many of it."""
    monkeypatch.setattr(send, "WITHIN", 0.02)
    monkeypatch.setattr(send, "MOST_UNENDED", 2)
    over = threading.Event()

    def wait() -> None:
        over.wait(20)

    for words in ("no answer within", "no answer within", "earlier attempts have not ended"):
        with pytest.raises(send.NotDelivered, match=words):
            send._in_time(wait)
    over.set()
    time.sleep(0.1)
    send._in_time(lambda: None)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://127.0.0.1:1/", True),
        ("http://127.8.8.8:1/", True),
        ("http://[::1]:1/", True),
        ("http://localhost:1/", True),
        ("http://10.0.0.1:1/", False),
        ("http://127.0.0.1.evil.example:1/", False),
        ("http://siem.example/", False),
    ],
)
def test_an_authorization_leaves_the_machine_by_https_only(
    monkeypatch: pytest.MonkeyPatch, url: str, sent: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.create_connection", refuse)
    with pytest.raises(send.NotDelivered, match="nobody listens there" if sent else "not https"):
        send.post(url, b"{}", {"Authorization": SECRET})
    with pytest.raises(send.NotDelivered, match="nobody listens there"):
        send.post(url, b"{}", {})


def test_a_file_that_is_new_is_in_its_folder_after_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    real = os.fsync

    def sync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr("os.fsync", sync)
    for expected in (1, 0):
        synced.clear()
        send.append(tmp_path / "out.jsonl", b"{}\n")
        assert synced.count(tmp_path.stat().st_ino) == expected


@pytest.mark.parametrize(
    "odd",
    [
        "staff:https://evil.example/x",
        "www.evil.example",
        "evil.example",
        "EVIL\u3002example",
        "evil\uff0eexample",
        "mailto:you",
        "TEL:+123",
        "javascript:x",
        "\\\\evil\\share",
        "_so_ ~so~ ||so|| #so",
    ],
)
def test_names_from_logs_make_no_links_by_themselves_and_do_not_format(odd: str) -> None:
    """What chat and mail take for a link: a scheme, a host's name, an address. What they take for markup."""
    text = message(odd, [News(incident(1, reason=odd, title=odd))], "N-1").text
    told = text.removesuffix("custodes cases list\nnotice N-1")
    assert not re.search(
        r"//|[.\u3002\uff0e\uff61](?=\w)|(?i:mailto|tel|javascript):|[\\\\_~|#]", re.sub(r"\d\.\d", "", told)
    )
    assert (
        "staff:e1 read 12.5 of 10.0.0.1"
        in message("c", [News(incident(1, reason="staff:e1 read 12.5 of 10.0.0.1"))], "N-1").text
    )


def test_names_from_logs_neither_call_people_nor_link_nor_break_a_line() -> None:
    odd = "<!channel> @here [look](http://evil.example) \x1b[31m\nnew line"
    text = message("made up", [News(incident(1, reason=odd, title=odd))], "N-1").text
    assert not set("<>@[]\x1b") & set(text)
    assert len(text.split("\n")) == len(message("made up", [News(incident(1))], "N-1").text.split("\n"))


def test_a_message_has_a_longest_length() -> None:
    many = [
        News(incident(number, reason="x" * 5_000, title="t" * 500), "its severity is higher") for number in range(500)
    ]
    assert len(message("c" * 500, many, "N-1").text) <= LONGEST


@pytest.mark.parametrize(
    ("now", "grown"),
    [
        ({"score": 87.4}, False),
        ({"score": 87.5}, True),
        ({"severity": 5}, True),
        ({"severity": 3}, False),
        ({"subjects": 49}, False),
        ({"subjects": 50}, True),
    ],
)
def test_what_counts_as_grown(now: dict[str, Any], grown: bool) -> None:
    assert bool(news([incident(1, **now)], {"I-1": Level(67.5, 4, 5)})) is grown


def test_a_target_is_not_told_of_less_than_it_asks_for() -> None:
    assert news([incident(1, score=49.9)], {}, least=50) == []
