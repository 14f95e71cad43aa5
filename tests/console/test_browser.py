"""Does it work in a real browser, with nothing loaded from elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console.landscape import landscape
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
            "/graph",
            "/field?store=shop&dataset=main.customers&field=email",
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


# What a test asks the page: the nodes that can be seen, with their labels, and what is drawn where.
OPEN = "document.querySelector('#graph-count').textContent"
SAYS = "document.querySelector('#graph-says').textContent"
SIDE = "document.querySelector('#graph-side')"


def a_landscape(browser: Any, console: Console, **how: Any) -> tuple[Any, list[str]]:
    """The graph of five hundred datasets, drawn."""
    page, wrong = a_page(browser, console, **how)
    page.goto(f"{console.url}/graph")
    page.wait_for_function(f"{OPEN}.includes('open')")
    return page, wrong


def test_graph_of_many(browser: Any, tmp_path: Path) -> None:
    """Five hundred datasets begin as eight closed stores; they are found, opened and told, and nothing complains."""
    known, flows = landscape()
    with a_console(ASource(known, edges=flows)) as console:
        page, wrong = a_landscape(browser, console, viewport={"width": 1400, "height": 950})
        hidden = sum(not one.verdicts for one in known.examined)
        assert page.evaluate(OPEN) == f"0 datasets of 500 open, {hidden} without personal data hidden"
        page.screenshot(path=tmp_path / "graph.png")
        page.fill("#graph-search", "billing.ledger.payments.iban")
        page.keyboard.press("Enter")
        assert page.inner_text("#graph-side h3") == "billing.ledger.payments"
        assert "A declared vault." in page.inner_text("#graph-side")
        page.click("#graph-side a >> text=iban")
        assert page.inner_text("h1") == "billing.ledger.payments.iban"
        page.go_back()
        page.click("#graph-open")
        assert page.evaluate(OPEN).startswith("254 datasets of 500 open")
        page.click("#graph-shut")
        page.check("#graph-quiet")
        assert page.evaluate(OPEN) == "0 datasets of 500 open"
        page.context.close()
    assert wrong == []
    assert (tmp_path / "graph.png").stat().st_size > 10_000


def test_graph_by_keys_alone(browser: Any) -> None:
    """Without a mouse: into the graph, to a store, open it, to a dataset in it, close it; each step is said aloud."""
    known, flows = landscape()
    with a_console(ASource(known, edges=flows)) as console:
        page, wrong = a_landscape(browser, console)
        page.keyboard.press("/")  # outside of the graph it is no key of ours
        page.focus("#graph")
        page.keyboard.press("ArrowRight")
        first = page.evaluate(SAYS)
        assert "with personal data" in first
        page.keyboard.press("ArrowDown")
        assert page.evaluate(SAYS) != first
        page.keyboard.press("Enter")
        assert page.evaluate(SAYS).endswith(" is open")
        page.keyboard.press("ArrowRight")
        assert not page.evaluate(f"{SIDE}.hidden")
        page.keyboard.press("Escape")
        assert page.evaluate(f"{SIDE}.hidden")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "graph-search"
        page.context.close()
    assert wrong == []


def test_graph_on_a_phone(browser: Any) -> None:
    """Many datasets do not make the page wider than the phone, and a store is opened by a tap on its button."""
    known, flows = landscape()
    with a_console(ASource(known, edges=flows)) as console:
        page, wrong = a_landscape(browser, console, viewport={"width": 390, "height": 844}, color_scheme="dark")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.fill("#graph-search", "warehouse")
        page.keyboard.press("Enter")
        page.click("#graph-side button >> text=Open")
        assert page.evaluate(OPEN).startswith("45 datasets")
        page.context.close()
    assert wrong == []


def test_graph_without_script_has_its_table(browser: Any) -> None:
    """Where no script may run, the table says where the data is and where it goes."""
    known, flows = landscape()
    with a_console(ASource(known, edges=flows)) as console:
        page, _ = a_page(browser, console, java_script_enabled=False)
        page.goto(f"{console.url}/graph")
        assert page.is_hidden("#graph")
        assert "needs JavaScript" in page.inner_text("main")
        assert page.locator("table.places tbody tr").count() == 50
        assert "Part 1 of 6" in page.inner_text("#table")
        page.context.close()


def test_a_script_that_got_in_is_not_run_on_the_graph_either(browser: Any) -> None:
    """The one page with scripts runs none that is written into it, and no text becomes markup."""
    with a_console() as console:
        page, wrong = a_page(browser, console)
        page.goto(f"{console.url}/graph")
        refused = page.evaluate("""() => {
            const inline = document.createElement('div');
            try { inline.innerHTML = '<b>x</b>'; return false; } catch { return true; }
        }""")
        assert refused
        page.context.close()
    assert any("Trusted" in one for one in wrong)
