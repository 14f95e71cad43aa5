"""Which columns hold what opens a door? Made up in the published forms; none was ever issued."""

from __future__ import annotations

import base64
import json
from typing import Final

from custodes.company.columns.draw import Draw
from custodes.company.columns.kind import Kind

_BASE62: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_URLSAFE: Final = _BASE62 + "-_"
_CRYPT: Final = "./" + _BASE62


def _joined(*parts: str) -> str:
    # Put together at run time: no committed line has the form of a secret.
    return "".join(parts)


def aws_key_id(draw: Draw) -> str:
    """An access key id: AKIA or ASIA and sixteen places of base 32."""
    return _joined(draw.any(("AKIA", "ASIA")), draw.letters(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))


def google_key(draw: Draw) -> str:
    """A Google API key: AIza and 35 places."""
    return _joined("AI", "za", draw.letters(35, _URLSAFE))


def gitlab(draw: Draw) -> str:
    """A GitLab personal access token."""
    return _joined("gl", "pat-", draw.letters(20, _URLSAFE[:-2]))


def slack(draw: Draw) -> str:
    """A Slack bot token."""
    return _joined(
        "xo", "xb-", draw.digits(12, "123456789"), "-", draw.digits(12, "123456789"), "-", draw.letters(24, _BASE62)
    )


def stripe(draw: Draw) -> str:
    """A Stripe secret key of the live mode."""
    return _joined("sk_", "live_", draw.letters(24, _BASE62))


def jwt(draw: Draw) -> str:
    """Header, claims and a signature of random bytes, each in base64url."""

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    head = json.dumps({"alg": "HS256", "typ": "JWT"}).encode()
    body = json.dumps({"sub": draw.digits(6), "iat": 1_700_000_000 + draw.rng.randrange(10**7)}).encode()
    return ".".join((part(head), part(body), part(draw.rng.randbytes(32))))


def private_key(draw: Draw) -> str:
    """A PEM block around random bytes."""
    kind = draw.of(("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"))
    body = base64.b64encode(draw.rng.randbytes(240)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


def password_hash(draw: Draw) -> str:
    """A bcrypt hash."""
    return f"$2b$12${draw.letters(53, _CRYPT)}"


def password(draw: Draw) -> str:
    """What people type."""
    word = str(draw.fake.word()).capitalize()
    return draw.any(
        (f"{word}{draw.digits(4)}!", f"{word}-{draw.letters(5, _BASE62)}", draw.letters(12, _BASE62 + "!#%&"))
    )


def url_with_password(draw: Draw) -> str:
    """A database's address with user and password in it."""
    scheme = draw.any(("postgresql", "mysql", "amqp"))
    user = draw.any(("app", "etl", "root", "report"))
    return f"{scheme}://{user}:{draw.letters(12, _BASE62)}@db{draw.digits(1)}.example.com:5432/shop"


def api_key(draw: Draw) -> str:
    """Thirty-two or forty random places."""
    return draw.letters(draw.of((32, 40)), _BASE62)


def github(draw: Draw) -> str:
    """A GitHub token with the CRC-32 of its random part at its end, in base 62."""
    import zlib  # noqa: PLC0415 - nobody else needs it

    body = draw.letters(30, _BASE62)
    number, check = zlib.crc32(body.encode()), ""
    order = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    while len(check) < 6:
        number, rest = divmod(number, 62)
        check = order[rest] + check
    return _joined("gh", draw.of(("p_", "o_", "s_")), body, check)


CREDENTIALS: Final = (
    Kind(
        "password",
        "password",
        password,
        {
            "en": ("password", "passwd", "pwd"),
            "de": ("passwort", "kennwort"),
            "fr": ("mot de passe",),
            "es": ("contrasena",),
            "pl": ("haslo",),
        },
        look="code",
    ),
    Kind(
        "password_hash",
        "password_hash",
        password_hash,
        {"en": ("password hash", "pw hash", "passwd")},
        look="code",
        tells=True,
        also=frozenset({"password"}),
    ),
    Kind(
        "aws_access_key",
        "aws_access_key",
        aws_key_id,
        {"en": ("aws access key id", "access key", "aws key")},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind(
        "google_api_key",
        "gcp_api_key",
        google_key,
        {"en": ("google api key", "gcp key", "maps key")},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind(
        "github_token",
        "github_token",
        github,
        {"en": ("github token", "gh token")},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind(
        "gitlab_token",
        "gitlab_token",
        gitlab,
        {"en": ("gitlab token", "ci token")},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind(
        "slack_token",
        "slack_token",
        slack,
        {"en": ("slack token", "bot token")},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind(
        "stripe_key",
        "stripe_key",
        stripe,
        {"en": ("stripe key", "stripe secret")},
        look="code",
        tells=True,
        family="logs",
    ),
    Kind("jwt", "jwt", jwt, {"en": ("jwt", "id token", "bearer token")}, look="code", tells=True, family="logs"),
    Kind(
        "private_key",
        "private_key",
        private_key,
        {"en": ("private key", "pem", "ssh key")},
        look="text",
        tells=True,
        family="logs",
    ),
    Kind(
        "url_with_password",
        "url_with_password",
        url_with_password,
        {"en": ("database url", "connection string", "dsn")},
        look="text",
        tells=True,
        family="logs",
    ),
    Kind(
        "api_key",
        "api_key",
        api_key,
        {"en": ("api key", "secret key", "access token"), "de": ("api schluessel",)},
        look="code",
        family="logs",
    ),
)
