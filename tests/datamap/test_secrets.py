"""Credentials: found in every provider's form, told from what only looks drawn, and from what code writes there."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from custodes.datamap.category import CategoryRules, load_categories
from custodes.datamap.recognise import Found, Recogniser
from custodes.datamap.tally import scan
from tests.datamap import tokens

CREDENTIALS = {rules.id: rules for rules in load_categories() if "credential" in rules.category.flags}
ALL = Recogniser(tuple(CREDENTIALS.values()))
MANY = 10_000
ROOT = Path(__file__).parents[2]


def whole(rules: CategoryRules, values: Sequence[str]) -> tuple[int, int]:
    """Of the values, those that a pattern takes whole, and those that its check confirms whole."""
    one = Recogniser([rules])
    counted = scan(one.scanner, pa.array(values))
    assert counted is not None
    cells = counted[0]
    form = sum(max(cells.whole[index], cells.whole_valid[index]) for index in range(len(one.patterns)))
    return form, sum(cells.whole_valid)


def found(text: str) -> list[tuple[str, str]]:
    return [(hit.category, text[hit.start : hit.end]) for hit in ALL.text(text)]


@pytest.mark.parametrize("category", tokens.PARTS)
def test_random_tokens_of_a_providers_form_are_found(category: str) -> None:
    """Of ten thousand, all but those in which chance writes a placeholder or a hyphen where the token must end."""
    rng = random.Random(category)
    made = [tokens.drawn(rng, category) for _ in range(MANY)]
    form, valid = whole(CREDENTIALS[category], made)
    assert form >= MANY
    assert valid >= 0.999 * MANY


# Their tokens have no length of their own: half of one may be a shorter one.
OPEN = {
    "slack_token",
    "hashicorp_token",
    "atlassian_token",
    "google_oauth",
    "facebook_token",
    "pypi_token",
    "stripe_key",
}
OPEN |= {"openai_key", "anthropic_key", "password_hash", "fcm_key", "workspace_token"}


@pytest.mark.parametrize("category", tokens.PARTS)
def test_tokens_cut_or_grown_in_front_are_not_found(category: str) -> None:
    """Half of a token, and a token that is the end of a longer word, are none."""
    rng = random.Random(category)
    made = [tokens.drawn(rng, category) for _ in range(1000)]
    text = "\n".join([token[: len(token) // 2] for token in made])
    one = Recogniser([CREDENTIALS[category]])
    if category not in OPEN:
        assert one.scanner.scan_text(text.encode()) == []
    if made[0][0].isalnum() and category not in {"webhook_url", "hashicorp_token"}:
        glued = "\n".join("Zz9" + token for token in made)
        assert len(one.scanner.scan_text(glued.encode())) <= 10


@pytest.mark.parametrize("category", tokens.CHECKED)
def test_a_changed_sign_is_no_longer_confirmed(category: str) -> None:
    """Ten thousand right tokens are confirmed; with one sign changed, none is."""
    rng = random.Random(category)
    made = [tokens.CHECKED[category](rng) for _ in range(MANY)]
    strict = Recogniser([CREDENTIALS["npm_token"], CREDENTIALS[category]])
    hits = strict.scanner.scan_text("\n".join(made).encode())
    assert sum(validated for *_, validated in hits) >= MANY
    changed = []
    for token in made:
        place = rng.randrange(len(token) - 12, len(token))
        signs = tokens.BECH32 if category == "age_secret_key" else tokens.SMALL
        new = rng.choice([sign for sign in signs if sign.lower() != token[place].lower()])
        changed.append(token[:place] + new + token[place + 1 :])
    sure = [
        hit
        for hit in strict.scanner.scan_text("\n".join(changed).encode())
        if hit[3] and strict.patterns[hit[2]][1].validator != "token"
    ]
    assert sure == []


@pytest.mark.parametrize("category", tokens.DECODED)
def test_what_decodes_is_found_and_what_does_not_is_not(category: str) -> None:
    """The first part tells: replaced by random signs, nothing is found.

    One number in a hundred has no digit in its base 64 to lead the scanner there.
    """
    rng = random.Random(category)
    made = [tokens.DECODED[category](rng) for _ in range(MANY)]
    assert whole(CREDENTIALS[category], made)[1] >= 0.98 * MANY
    other = [tokens.body(rng, tokens.URL, 24) + token[token.index(".") :] for token in made]
    assert whole(CREDENTIALS[category], other)[1] <= 2


def test_access_keys_hold_an_account_that_exists() -> None:
    """Base 32 is decoded as the standard library does; twelve decimal digits are the most an account has."""
    rng = random.Random("aws")
    right = wrong = 0
    lines = []
    for _ in range(MANY):
        body = tokens.body(rng, tokens.BASE32, 16)
        account = int.from_bytes(base64.b32decode(body)[:6], "big") >> 7 & (1 << 40) - 1
        good = body[0] < "Q" or account < 10**12
        right, wrong = right + good, wrong + (not good)
        lines.append("AKIA" + body)
    text = "\n".join(lines).encode()
    hits = Recogniser([CREDENTIALS["aws_access_key"]]).scanner.scan_text(text)
    assert [sum(hit[3] for hit in hits), sum(not hit[3] for hit in hits)] == [right, wrong]


@pytest.mark.parametrize("alphabet", [tokens.HEX, tokens.SMALL, tokens.MIXED, tokens.URL])
@pytest.mark.parametrize("length", [20, 24, 32, 40, 64])
def test_drawn_values_behind_a_label_are_keys(alphabet: str, length: int) -> None:
    """Of random values, 98 in a hundred are as mixed as the check asks; of short ones, some have no digit."""
    rng = random.Random(f"{alphabet}{length}")
    lines = [f"api_key={tokens.body(rng, alphabet, length)}" for _ in range(2000)]
    hits = Recogniser([CREDENTIALS["api_key"]]).scanner.scan_text("\n".join(lines).encode())
    assert sum(hit[3] for hit in hits) >= (0.95 if length < 32 else 0.98) * len(lines)


AWS = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"  # printed in Amazon's manuals
DRAWN = "a1b2C3d4E5" + "f6G7h8I9j0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"aws_secret_access_key = {AWS}", [("aws_secret_key", AWS)]),
        (f'"SecretAccessKey": "{AWS}"', [("aws_secret_key", AWS)]),
        (f"export API_KEY={DRAWN}", [("api_key", DRAWN)]),
        (f'{{"session_token": "{DRAWN}"}}', [("api_key", DRAWN)]),
        (f"Authorization: Bearer {DRAWN}", [("bearer_token", DRAWN)]),
        ("Authorization: Basic dXNlcjptYWRlLXVw", [("basic_auth", "dXNlcjptYWRlLXVw")]),
        ('password = "Winter 2031!"', []),
        ('{"password": "Winter2031!", "x": 1}', [("password", "Winter2031!")]),
        ("login?user=ann&password=Winter2031&x=1", [("password", "Winter2031")]),
        ("Your password is Winter2031.", [("password", "Winter2031")]),
        ("mot de passe : Lune99claire", [("password", "Lune99claire")]),
        ("contraseña: Luna99clara", [("password", "Luna99clara")]),
        ("Server=db;Uid=app;Pwd=n0t-real#1;", [("password", "n0t-real#1")]),
        (
            "postgresql://app:n0t-real@db.example.com/x.",
            [("url_with_password", "postgresql://app:n0t-real@db.example.com/x")],
        ),
        ("api_key=" + "sk_live_" + "A1b2" * 6, [("stripe_key", "sk_live_" + "A1b2" * 6)]),
        ("token: " + "ghp_" + "A1b2" * 9, [("github_token", "ghp_" + "A1b2" * 9)]),
    ],
)
def test_a_label_leads_to_the_value_and_is_not_part_of_it(text: str, expected: list[tuple[str, str]]) -> None:
    """Exact characters; a provider's own form goes before the label's word."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password=os.environ['DB_PASSWORD_1']",
        "password: {{ vault_password_2 }}",
        "password=%(password1)s",
        "def login(user, password: str = Depends(x1)) -> None:",
        "password = self.config.password_1",
        "const PASSWORD: oid::Identifier2",
        "Password reset at 2031-01-01, password: 2031-01-01T10:00",
        "bypass: r2d2c3po",
        "csrf_token=" + DRAWN,
        "page_token: " + DRAWN,
        "tokens: 1234567890123456789",
        "token = tokens.generate_random_token_v2_url(user)",
        "sk_test_" + "A1b2" * 6,
        "pk_live_" + "A1b2" * 6,
        "https://user:password@example.com/ and https://user:${PW}@example.com",
        "https://example.com:8443/a:b@c",
        "Basic understanding of the basics",
        "Bearer of the ring",
        "risk-assessment, task-force, disk-" + "a1" * 24,
    ],
)
def test_code_and_placeholders_are_no_secrets(text: str) -> None:
    """Variables, types, templates, tokens of forms and parsers, test keys and public keys."""
    assert found(text) == []


def test_digests_identifiers_and_images_are_no_secrets() -> None:
    """UUIDs, digests in hex and base 64, integrity lines, embedded images: nothing at all."""
    rng = random.Random(11)
    lines = []
    for number in range(2000):
        raw = rng.randbytes(48)
        lines += [
            f"{uuid.UUID(int=rng.getrandbits(128))} {hashlib.md5(raw).hexdigest()} {hashlib.sha1(raw).hexdigest()}",
            f"sha256:{hashlib.sha256(raw).hexdigest()} --hash=sha256:{hashlib.sha256(raw[:7]).hexdigest()}",
            f'"integrity": "sha512-{base64.b64encode(hashlib.sha512(raw).digest()).decode()}", "v": "{number}.2.3"',
            f"url(data:image/png;base64,{base64.b64encode(rng.randbytes(600)).decode()})",
            f'var a{number}=function(t){{return e.token=n(t,"{number}"),e.password=r,e.secret||i}};',
        ]
    assert found("\n".join(lines)) == []


def test_this_repositorys_own_code_holds_no_secret() -> None:
    """Source, documentation and locked packages: nothing at all."""
    shown: list[tuple[str, Found]] = []
    files = [ROOT / "requirements.lock", ROOT / "README.md", ROOT / "pyproject.toml"]
    for folder, pattern in (("src", "*.py"), ("src", "*.sql"), ("docs", "*.md"), ("bench", "*.py")):
        files += (ROOT / folder).rglob(pattern)
    for file in files:
        text = file.read_text(encoding="utf-8")
        shown += [(file.name, hit) for hit in ALL.text(text)]
    assert [(name, hit.category) for name, hit in shown] == []
