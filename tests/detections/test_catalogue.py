"""Is a file taken as it is meant, or refused with file and key?"""

from pathlib import Path

import pytest

from custodes.detections.catalogue import load_detections, parse
from custodes.engine import embedded
from custodes.errors import BadInput

GOOD = """
id: mine
title: Many reads
question: Did somebody read?
severity: low
needs: [event]
parameters: {floor: 2}
query: |
  select actor, count(*) as n, count(distinct subject) as subjects, min(time) as first, max(time) as last,
         list(leaf) as evidence
  from event group by actor having count(*) >= $floor -- a comment at the end
confidence: 0.5
reason: "{actor} read {n:time}"
triage: [ask]
blind_spots: [much]
fires:
  - name: reads
    generate: {actor: "staff:a", action: read, subjects: 3}
quiet:
  - name: one read
    generate: {actor: "staff:a", action: read, subjects: 1}
"""


def refusal(text: str) -> str:
    engine = embedded.empty()
    try:
        with pytest.raises(BadInput) as caught:
            parse(text, "mine", engine)
    finally:
        engine.close()
    assert caught.value.hint
    return f"{caught.value} ({caught.value.hint})"


def test_a_whole_file_is_taken() -> None:
    """Everything it says is there, with the defaults for what it leaves out."""
    engine = embedded.empty()
    detection = parse(GOOD, "mine", engine)
    engine.close()
    assert (detection.id, detection.severity, detection.identity) == ("mine", 2, ("actor",))
    assert detection.leaves
    assert detection.why == detection.question
    assert detection.reason == ("{actor} read {n:time}",)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("id: mine", "id: other", "mine.yml: id"),
        ("title: Many reads\n", "", "mine.yml: title"),
        ("severity: low", "severity: dreadful", "mine.yml: severity"),
        ("severity: low", "severity: dreadful", "one of: info"),
        ("severity: low", "severity: 4", "one of: info"),
        ("severity: low", "severty: low", "mine.yml: severity"),
        ("select actor,", "select actr,", 'no column "actr"'),
        ("select actor,", "select actr,", 'did you mean "actor"? event has: event_id, '),
        ("by actor having", "by event.actr having", 'did you mean "actor"? event has: event_id, '),
        ("confidence: 0.5", "confidence: high", "a number from 0 to 1"),
        ("confidence: 0.5", "confidence: high", "over: actor, n, subjects, "),
        ("triage: [ask]", "triage: [ask]\ncolour: red", "no such key, mine.yml: colour"),
        ("triage: [ask]", "triage: []", "mine.yml: triage"),
        ("blind_spots: [much]\n", "", "mine.yml: blind_spots"),
        ("needs: [event]", "needs: [events]", "mine.yml: needs"),
        ("from event", "from events", "mine.yml: query"),
        ("$floor", "$flor", "mine.yml: query"),
        ("count(distinct subject) as subjects", "count(*) as s", '"subjects" is missing'),
        ("select actor,", "select actor as who,", "no column says who"),
        ("list(leaf)", "max(leaf)", "evidence is no list"),
        ("from event", "from read_csv('/etc/passwd')", "mine.yml: query"),
        ("confidence: 0.5", "confidence: sure", "mine.yml: confidence"),
        ("confidence: 0.5\n", "", "mine.yml: confidence"),
        ("{n:time}", "{number}", 'no column "number"'),
        ("{n:time}", "{n.real}", "mine.yml: reason"),
        ("{n:time}", "{n", "mine.yml: reason"),
        ("{floor: 2}", "{floor: {a: 1}}", "mine.yml: parameters.floor"),
        ("triage: [ask]", "triage: [ask]\nidentity: [colour]", "mine.yml: identity"),
        ("  - name: one read\n", "  - called: one read\n", "mine.yml: quiet[0].name"),
        ("subjects: 1}", "subjects: 1}\n    finds: {actors: [a]}", "no such key, mine.yml: quiet[0].finds"),
        ("title: Many reads", "title: Many reads\ntitle: Twice", "no YAML, mine.yml: line 4"),
        ("title: Many reads", "title: [", "no YAML"),
        ("title: Many reads", "title: !!python/object:os.system ls", "no YAML"),
    ],
)
def test_a_mistake_is_told_with_its_key(before: str, after: str, told: str) -> None:
    """Nothing is guessed: unknown keys, missing parts and SQL that does not bind are refused by name."""
    assert before in GOOD
    message = refusal(GOOD.replace(before, after, 1))
    assert told in message


def test_a_detection_without_scenarios_is_refused() -> None:
    """A promise nobody can check is no promise."""
    assert "no scenario that must stay quiet" in refusal(GOOD[: GOOD.index("quiet:")])


@pytest.mark.parametrize("wrong", ["confidence: high", "confidence: '>> 0.5'", "confidence: 1.2.3", "subjects: some"])
def test_what_an_expectation_compares_is_a_number(wrong: str) -> None:
    """Told when the file is read, not when its scenario runs, and with what would do."""
    said = refusal(GOOD.replace("subjects: 3}", f"subjects: 3}}\n    finds: {{actors: ['staff:a'], {wrong}}}"))
    assert f"mine.yml: fires[0].finds[0].{wrong.split(':', maxsplit=1)[0]}" in said
    assert "one of >=, <=, >, <, == before it" in said


def test_text_that_is_no_mapping() -> None:
    """A list, a word or nothing is refused as a whole."""
    for text in ("- a", "word", "", "\x00"):
        assert "mine.yml" in refusal(text)


def test_the_users_folder(tmp_path: Path) -> None:
    """The user's detections stand beside ours; two files with one id fail loudly, as does a file we would not see."""
    (tmp_path / "mine.yml").write_text(GOOD, encoding="utf-8")
    assert "mine" in {detection.id for detection in load_detections(tmp_path)}
    (tmp_path / "bulk_reading.yml").write_text(GOOD.replace("id: mine", "id: bulk_reading"), encoding="utf-8")
    with pytest.raises(BadInput, match='two detections have the id "bulk_reading"'):
        load_detections(tmp_path)
    (tmp_path / "bulk_reading.yml").rename(tmp_path / "third.yaml")
    with pytest.raises(BadInput, match=r"ends in \.yml"):
        load_detections(tmp_path)
    with pytest.raises(BadInput, match="does not exist"):
        load_detections(tmp_path / "nowhere")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    """Its name is told, its bytes are not."""
    (tmp_path / "mine.yml").write_bytes(GOOD.encode() + b"\xff")
    with pytest.raises(BadInput, match=r"not UTF-8, .*mine\.yml"):
        load_detections(tmp_path)
