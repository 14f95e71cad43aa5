"""How are tokens of each provider built? Made at random from parts, so that no file here holds one."""

from __future__ import annotations

import base64
import random
import string
import zlib
from collections.abc import Callable
from typing import Final

HEX: Final = "0123456789abcdef"
SMALL: Final = string.ascii_lowercase + string.digits
LARGE: Final = string.ascii_uppercase + string.digits
MIXED: Final = string.ascii_letters + string.digits
URL: Final = MIXED + "-_"
BECH32: Final = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
BASE32: Final = string.ascii_uppercase + "234567"
CRYPT: Final = MIXED + "./"

Part = str | tuple[str, int]
Maker = Callable[[random.Random], str]

# Fixed words, and how many signs of an alphabet stand between them.
PARTS: Final[dict[str, list[tuple[Part, ...]]]] = {
    "gcp_api_key": [("AIza", (URL, 35))],
    "google_oauth": [("ya29.", (URL, 120)), ("GOCSPX-", (URL, 28)), ("1//0", (URL, 99))],
    "azure_client_secret": [("aB3", "8Q~", (MIXED, 34))],
    "digitalocean_token": [("dop_v1_", (HEX, 64)), ("dor_v1_", (HEX, 64))],
    "heroku_key": [("HRKU-AA", (URL, 58))],
    "cloud_platform_token": [("pul-", (HEX, 40)), ("fo1_", (URL, 43)), ("dp.pt.", (MIXED, 43)), ("nfp_", (MIXED, 36))],
    "databricks_token": [("dapi", (HEX, 32)), ("dapi", (HEX, 32), "-2")],
    "hashicorp_token": [("hvs.", (URL, 95)), ("a1", (MIXED, 12), ".atlasv1.", (URL, 67))],
    "alibaba_key": [("LTAI", (MIXED, 20))],
    "aws_bedrock_key": [("ABSK", (MIXED, 112), "==")],
    "pypi_token": [("pypi-AgEIcHlwaS5vcmc", (URL, 120))],
    "docker_token": [("dckr_pat_", (URL, 27)), ("dckr_oat_", (URL, 32))],
    "package_registry_token": [("rubygems_", (HEX, 48)), ("oy2", (SMALL, 43)), ("AKCp", (MIXED, 69))],
    "atlassian_token": [("ATATT3", (URL, 178), "=", (LARGE, 8)), ("ATBB", (MIXED, 32))],
    "ci_token": [("squ_", (HEX, 40)), ("bkua_", (HEX, 40)), ("sntryu_", (HEX, 64)), ("API-", (LARGE, 26))],
    "slack_token": [("xoxb-", (string.digits, 12), "-", (string.digits, 12), "-", (MIXED, 24))],
    "webhook_url": [("https://hooks.slack.com/services/T", (LARGE, 10), "/B", (LARGE, 10), "/", (MIXED, 24))],
    "telegram_bot_token": [("1", (string.digits, 8), ":AA", (URL, 33))],
    "facebook_token": [("EAA", (MIXED, 170))],
    "twilio_key": [("SK", (HEX, 32))],
    "sendgrid_key": [("SG.", (URL, 22), ".", (URL, 43))],
    "mailgun_key": [("key-", (HEX, 32))],
    "mailchimp_key": [("1", (HEX, 31), "-us", (string.digits, 2))],
    "mail_service_key": [("xkeysib-", (HEX, 64), "-", (MIXED, 16)), ("re_", (MIXED, 8), "_", (MIXED, 24))],
    "stripe_key": [("sk_live_", (MIXED, 24)), ("rk_live_", (MIXED, 99)), ("whsec_", (MIXED, 32))],
    "square_token": [("sq0atp-", (URL, 22)), ("sq0csp-", (URL, 43))],
    "braintree_token": [("access_token$production$", (SMALL, 16), "$", (HEX, 32))],
    "payment_service_key": [("FLWSECK-", (HEX, 32), "-X"), ("EZAK", (MIXED, 54)), ("live_", (MIXED, 30))],
    "shopify_token": [("shpat_", (HEX, 32)), ("shpss_", (HEX, 32))],
    "openai_key": [("sk-", (MIXED, 20), "T3BlbkFJ", (MIXED, 20)), ("sk-proj-", (URL, 74), "T3BlbkFJ", (URL, 74))],
    "anthropic_key": [("sk-ant-api03-", (URL, 93), "AA")],
    "huggingface_token": [("hf_", (string.ascii_letters, 34))],
    "ai_service_key": [("gsk_", (MIXED, 52)), ("r8_", (MIXED, 37)), ("sk-or-v1-", (HEX, 64)), ("xai-", (MIXED, 80))],
    "monitoring_key": [("NRAK-", (LARGE, 27)), ("dt0c01.", (LARGE, 24), ".", (LARGE, 64))],
    "workspace_token": [("lin_api_", (MIXED, 40)), ("ntn_", (MIXED, 46)), ("PMAK-", (HEX, 24), "-", (HEX, 34))],
    "fcm_key": [("AAAA", (URL, 7), ":APA91b", (URL, 134))],
    "password_manager_key": [("A3-", (LARGE, 6), "-", (LARGE, 11), *("-", (LARGE, 5)) * 3)],
    "password_hash": [
        ("$2b$12$", (CRYPT, 53)),
        ("$6$", (CRYPT, 16), "$", (CRYPT, 86)),
        ("$1$", (CRYPT, 8), "$", (CRYPT, 22)),
        ("$argon2id$v=19$m=65536,t=3,p=4$", (MIXED, 22), "$", (MIXED, 43)),
        ("pbkdf2_sha256$600000$", (MIXED, 22), "$", (MIXED, 43), "="),
        ("scrypt:32768:8:1$", (MIXED, 16), "$", (HEX, 128)),
    ],
}


def body(rng: random.Random, alphabet: str, length: int) -> str:
    """Signs of an alphabet, drawn apart."""
    return "".join(rng.choices(alphabet, k=length))


def drawn(rng: random.Random, category: str) -> str:
    """One token of a provider whose form alone tells it."""
    parts = rng.choice(PARTS[category])
    return "".join(part if isinstance(part, str) else body(rng, *part) for part in parts)


def in_base(number: int, digits: str, length: int) -> str:
    """A number in as many digits as the alphabet has, zeros in front."""
    found = ""
    for _ in range(length):
        number, rest = divmod(number, len(digits))
        found = digits[rest] + found
    return found


def github(rng: random.Random) -> str:
    """Thirty signs and their CRC-32 in base 62."""
    random_part = body(rng, MIXED, 30)
    check = in_base(
        zlib.crc32(random_part.encode()), string.digits + string.ascii_uppercase + string.ascii_lowercase, 6
    )
    return rng.choice(["ghp_", "gho_", "ghs_", "npm_"]) + random_part + check


def gitlab(rng: random.Random) -> str:
    """A routable token: payload, version, the payload's length and a CRC-32 in base 36."""
    told = rng.randbytes(16) + f"o:{rng.randrange(10**6)}".encode()
    payload = base64.urlsafe_b64encode(told + bytes([len(told) - 16])).rstrip(b"=").decode()
    digits = string.digits + string.ascii_lowercase
    token = rng.choice(["glpat-", "glrt-t1_", "gldt-"]) + payload + rng.choice([".01.", "."])
    token += in_base(len(payload), digits, 2)
    return token + in_base(zlib.crc32(token.encode()), digits, 7)


def grafana(rng: random.Random) -> str:
    """A service account's token and its CRC-32, least byte first."""
    token = "glsa_" + body(rng, MIXED, 32)
    return token + "_" + zlib.crc32(token.encode()).to_bytes(4, "little").hex()


def age(rng: random.Random) -> str:
    """Thirty-two bytes in bech32, as BIP 173 words it."""
    data = [rng.randrange(32) for _ in range(51)] + [rng.choice([0, 16])]
    human = "age-secret-key-"
    spread = [ord(letter) >> 5 for letter in human] + [0] + [ord(letter) & 31 for letter in human]
    check = 1
    for value in (*spread, *data, *[0] * 6):
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= word if top >> bit & 1 else 0
    check ^= 1
    data += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return human.upper() + "1" + "".join(BECH32[value] for value in data)


def discord(rng: random.Random) -> str:
    """An account's number in base 64, a time, a signature."""
    number = str(rng.randrange(10**17, 10**19)).encode()
    return ".".join((base64.b64encode(number).rstrip(b"=").decode(), body(rng, URL, 6), body(rng, URL, 27)))


def jwt(rng: random.Random) -> str:
    """A header that names its algorithm, a body, a signature."""
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"%d"}' % rng.randrange(10**9), rng.randbytes(32))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


# Where a check can be recomputed: the token is validated, and no longer once a sign is changed.
CHECKED: Final[dict[str, Maker]] = {
    "github_token": github,
    "gitlab_token": gitlab,
    "grafana_token": grafana,
    "age_secret_key": age,
}
DECODED: Final[dict[str, Maker]] = {"discord_token": discord, "jwt": jwt}
