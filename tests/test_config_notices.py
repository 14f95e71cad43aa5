"""Is a target of notices understood, and is what would write a secret down refused?"""

from __future__ import annotations

from pathlib import Path

import pytest

from custodes.config import NoticeConfig, load
from custodes.errors import ConfigError


def notices(folder: Path, text: str) -> tuple[NoticeConfig, ...]:
    (folder / "custodes.toml").write_text(f'name = "x"\n{text}')
    return load(folder / "custodes.toml").notices


def test_targets_are_read_in_order(tmp_path: Path) -> None:
    assert notices(
        tmp_path,
        '[[notices]]\nname = "a"\nkind = "apprise"\nurl_env = "A"\nleast = 60\n'
        '[[notices]]\nname = "b"\nkind = "ocsf"\npath = "b.jsonl"\n',
    ) == (
        NoticeConfig("a", "apprise", "A", least=60),
        NoticeConfig("b", "ocsf", path=tmp_path.resolve() / "b.jsonl"),
    )


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ('name = "a"\nkind = "mail"\nurl_env = "A"', '"mail" is not known', "notices[0].kind"),
        ('name = "a"\nkind = "webhook"', "an address is needed", "notices[0].url_env"),
        ('name = "a"\nkind = "ocsf"\nurl_env = "A"\npath = "p"', "an address is needed", "notices[0].url_env"),
        ('name = "a"\nkind = "webhook"\nurl_env = "https://h/s3cret"', "no name of an environment variable", "url_env"),
        ('name = "a"\nkind = "webhook"\nurl = "https://h/s3cret"', "an address is needed", "notices[0]"),
        ('name = "a"\nkind = "apprise"\nurl_env = "A"\nauthorization_env = "B"', "its own secret", "authorization_env"),
        (
            'name = "a"\nkind = "webhook"\nurl_env = "A"\n[[notices]]\nname = "a"\nkind = "webhook"\nurl_env = "B"',
            "two",
            "[1]",
        ),
    ],
)
def test_what_is_refused_says_where_and_shows_no_secret(tmp_path: Path, text: str, what: str, where: str) -> None:
    with pytest.raises(ConfigError) as refused:
        notices(tmp_path, f"[[notices]]\n{text}\n")
    assert what in refused.value.what
    assert where in refused.value.where
    assert "s3cret" not in f"{refused.value} {refused.value.hint}"
