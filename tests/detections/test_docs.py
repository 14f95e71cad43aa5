"""Does the how-to page tell the truth?"""

import re
from pathlib import Path

from custodes.detections.catalogue import load_detections
from custodes.detections.scenario import check

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-detection.md"


def test_the_detection_on_the_page_loads_and_keeps_its_promises(tmp_path: Path) -> None:
    """Whoever saves the page's example under the page's name has a detection that works beside ours."""
    text = PAGE.read_text(encoding="utf-8")
    name = re.search(r"`detections/(\w+\.yml)`", text)
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert name
    assert example
    (tmp_path / name[1]).write_text(example[1], encoding="utf-8")
    own = [detection for detection in load_detections(tmp_path) if not detection.shipped]
    assert [detection.id for detection in own] == ["night_export"]
    assert check(own[0]) == []
