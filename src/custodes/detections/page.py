"""What does a person read about a detection? What, why, what it misses, triage, and an example that fires."""

from __future__ import annotations

import yaml

from custodes.detections.detection import PARTICIPANTS, Detection, Scenario
from custodes.records import SEVERITY_NAMES


def page(detection: Detection) -> str:
    """The reference page, in Markdown, made of nothing but the detection's own file."""
    parts = [
        f"# {detection.title}",
        f"`{detection.id}` · severity {SEVERITY_NAMES[detection.severity]}"
        + (f" · needs {', '.join(detection.needs)}" if detection.needs else ""),
        "## What it asks",
        detection.question,
        *_parameters(detection),
        "## Why it matters",
        " ".join(detection.why.split()),
        *_list(detection.references),
        "## What it does not see",
        *_list(detection.blind_spots),
        "## Triage",
        "\n".join(f"{number}. {step}" for number, step in enumerate(detection.triage, 1)),
        "## An example that must fire",
        *_example(detection.fires[0]),
        "It stays quiet when:",
        *_list(tuple(scenario.name for scenario in detection.quiet)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(items: tuple[str, ...]) -> list[str]:
    return ["\n".join(f"- {' '.join(item.split())}" for item in items)] if items else []


def _parameters(detection: Detection) -> list[str]:
    if not detection.parameters:
        return []
    rows = [f"| {name} | {_shown(value)} |" for name, value in detection.parameters.items()]
    return ["\n".join(["| parameter | value |", "|---|---|", *rows])]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _example(scenario: Scenario) -> list[str]:
    """The scenario the tests run, as YAML, with its setting."""
    document: dict[str, object] = {"name": scenario.name}
    for view, text in scenario.tables:
        key = "events" if view == "event" else view
        document[key] = f"{document.get(key, '')}{text.strip()}\n"
    if scenario.generate:
        document["generate"] = [dict(line) for line in scenario.generate]
    finds = [
        {many: list(expected.participants[many]) for _, many in PARTICIPANTS if many in expected.participants}
        | {key: value for key, value in (("confidence", expected.confidence), ("subjects", expected.subjects)) if value}
        for expected in scenario.finds
    ]
    if finds:
        document["finds"] = finds
    text = yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    return [f"{scenario.name[:1].upper()}{scenario.name[1:]}.", f"```yaml\n{text}```"]


class _Plain(yaml.SafeDumper):
    """Tables as blocks, short lists on one line, nothing by reference."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Plain.add_representer(str, _text)
