"""Does it work in a real browser, with nothing loaded from elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console.serving import ASource, Console, a_console

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


def a_page(browser: Any, console: Console, **how: Any) -> tuple[Any, list[str]]:
    """A page that came in by the link, and everything it complains about or asks of others."""
    page = browser.new_context(**how).new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("request", lambda asked: None if asked.url.startswith(console.url + "/") else wrong.append(asked.url))
    page.goto(f"{console.url}/enter?token={console.door.new_token()}")
    return page, wrong


def test_walk(browser: Any, tmp_path: Path) -> None:
    """By the link to the overview, to an incident, to a ledger entry: no error, no request to another host."""
    source = ASource()
    with a_console(source) as console:
        page, wrong = a_page(browser, console)
        assert page.url == f"{console.url}/"
        page.screenshot(path=tmp_path / "overview.png", full_page=True)
        one = source.known.incidents[0]
        page.click(f"table >> text={one.title}")
        assert page.url == f"{console.url}/incidents/{one.id}"
        assert page.text_content("h1") == one.title
        page.screenshot(path=tmp_path / "incident.png", full_page=True)
        page.click(".leaves a")
        assert "custodes ledger prove 7" in page.text_content("main")
        page.screenshot(path=tmp_path / "ledger.png", full_page=True)
        # A sheet that the policy had refused would leave the browser's own look.
        assert page.evaluate("getComputedStyle(document.querySelector('.top')).display") == "flex"
        page.context.close()
    assert wrong == []
    assert [look[0] for look in source.looks] == ["overview", "incident", "ledger"]
    assert all((tmp_path / name).stat().st_size > 10_000 for name in ("overview.png", "incident.png", "ledger.png"))


def test_phone(browser: Any) -> None:
    """At the width of a phone no page has to be pushed sideways."""
    source = ASource()
    with a_console(source) as console:
        page, wrong = a_page(browser, console, viewport={"width": 390, "height": 844}, color_scheme="dark")
        places = [
            "/",
            "/data-map",
            "/findings",
            f"/incidents/{source.known.incidents[0].id}",
            "/risks",
            "/ledger?leaf=7",
        ]
        for place in places:
            page.goto(console.url + place)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
        page.context.close()
    assert wrong == []


def test_script_does_not_run(browser: Any) -> None:
    """Even a script that found its way into a page is not run: the policy allows none."""
    with a_console() as console:
        page, wrong = a_page(browser, console)
        page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
        }""")
        assert page.evaluate("window.ran") is None
        page.context.close()
    assert any("Content Security Policy" in one for one in wrong)
